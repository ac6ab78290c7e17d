package org.o365relay.accept;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/// Collects the errors that this package logs, which include the exceptions that end a connection.
final class LoggedFailures extends AppenderBase<ILoggingEvent> {

    private final Logger logger =
            ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(SmtpConnection.class.getPackageName());
    private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();

    LoggedFailures() {
        setContext(logger.getLoggerContext());
        begin();
    }

    void begin() {
        start();
        logger.addAppender(this);
    }

    /// @throws AssertionError if an error was logged since the last time
    void check() {
        ILoggingEvent event = events.poll();
        if (event != null) {
            throw new AssertionError(
                    event.getFormattedMessage(),
                    event.getThrowableProxy() instanceof ThrowableProxy proxy ? proxy.getThrowable() : null);
        }
    }

    void end() {
        logger.detachAppender(this);
        stop();
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
            events.add(event);
        }
    }
}
