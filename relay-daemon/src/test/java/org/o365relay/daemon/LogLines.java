package org.o365relay.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.o365relay.daemon.log.FieldsConverter;
import org.slf4j.LoggerFactory;

/// What is logged until it is closed, by one logger and those below it; with stack traces.
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    static final String EVERYTHING = org.slf4j.Logger.ROOT_LOGGER_NAME;
    static final String JOURNAL = "journal";

    private final Logger logger;
    private final Level before;
    private final List<Appender<ILoggingEvent>> others = new ArrayList<>();
    private final FieldsConverter fields = new FieldsConverter();
    private final List<String> lines = new ArrayList<>();

    /// @param logger [#EVERYTHING], or its name
    LogLines(String logger, Level level) {
        this.logger = (Logger) LoggerFactory.getLogger(logger);
        this.before = this.logger.getLevel();
        this.logger.setLevel(level);
        this.logger.setAdditive(false);
        this.logger.iteratorForAppenders().forEachRemaining(others::add);
        others.forEach(this.logger::detachAppender);
        start();
        this.logger.addAppender(this);
    }

    @Override
    protected synchronized void append(ILoggingEvent event) {
        String trace = event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
        lines.add(event.getFormattedMessage() + fields.convert(event) + trace);
        notifyAll();
    }

    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /// Waits for a line.
    ///
    /// @return the first one
    synchronized String await(Predicate<String> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            for (String line : lines) {
                if (wanted.test(line)) {
                    return line;
                }
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("there is no such line in " + String.join("\n", lines));
            }
            wait(left);
        }
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        others.forEach(logger::addAppender);
        logger.setLevel(before);
        logger.setAdditive(true);
        stop();
    }
}
