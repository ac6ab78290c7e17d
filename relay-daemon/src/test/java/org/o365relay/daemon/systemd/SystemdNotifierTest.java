package org.o365relay.daemon.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@EnabledOnOs(OS.LINUX)
class SystemdNotifierTest {

    @Test
    void notifiesReadyStatusAndStopping(@TempDir Path directory) throws Throwable {
        String name = directory.resolve("notify").toString();
        try (var manager = new UnixDatagramReceiver(name)) {
            SystemdNotifier notifier = notifier(name);
            notifier.ready("listening on 127.0.0.1:2525");
            notifier.status("3 messages queued, Grüße");
            notifier.stopping("1 delivery in flight");

            assertThat(manager.receive()).isEqualTo("READY=1\nSTATUS=listening on 127.0.0.1:2525\n");
            assertThat(manager.receive()).isEqualTo("STATUS=3 messages queued, Grüße\n");
            assertThat(manager.receive()).isEqualTo("STOPPING=1\nSTATUS=1 delivery in flight\n");
            assertThat(manager.receive()).isEmpty();
        }
    }

    @Test
    void notifiesAnAbstractSocket() throws Throwable {
        String name = "@o365-relay-test-" + UUID.randomUUID();
        try (var manager = new UnixDatagramReceiver(name)) {
            notifier(name).ready("up");

            assertThat(manager.receive()).isEqualTo("READY=1\nSTATUS=up\n");
        }
    }

    @Test
    void keepsAStatusOnOneLine(@TempDir Path directory) throws Throwable {
        String name = directory.resolve("notify").toString();
        try (var manager = new UnixDatagramReceiver(name)) {
            notifier(name).status("paused:\r\nREADY=1");

            assertThat(manager.receive()).isEqualTo("STATUS=paused: READY=1\n");
        }
    }

    @Test
    void sendsNothingWithoutNotifySocket() {
        assertThat(warningsOf(() -> SystemdNotifier.of(Map.of()).ready("up")).list)
                .isEmpty();
        assertThat(warningsOf(() -> notifier("").ready("up")).list).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere/notify", "@nobody-is-here", "vsock:2:1234"})
    void warnsOnceWhenTheServiceManagerCannotBeReached(String name) {
        var warnings = warningsOf(() -> {
            SystemdNotifier notifier = notifier(name);
            notifier.ready("up");
            notifier.stopping("down");
        });

        assertThat(warnings.list).singleElement().satisfies(warning -> {
            assertThat(warning.getLevel()).isEqualTo(Level.WARN);
            assertThat(warning.getFormattedMessage()).startsWith("cannot notify the service manager at " + name + ": ");
        });
    }

    @Test
    void notifiesAServiceManagerThatStartsLater(@TempDir Path directory) throws Throwable {
        String name = directory.resolve("notify").toString();
        SystemdNotifier notifier = notifier(name);
        notifier.ready("nobody listens yet");
        try (var manager = new UnixDatagramReceiver(name)) {
            notifier.status("here");

            assertThat(manager.receive()).isEqualTo("STATUS=here\n");
        }
    }

    private static SystemdNotifier notifier(String socket) {
        return SystemdNotifier.of(Map.of("NOTIFY_SOCKET", socket));
    }

    private static ListAppender<ILoggingEvent> warningsOf(Runnable action) {
        var appender = new ListAppender<ILoggingEvent>();
        appender.start();
        var logger = (Logger) LoggerFactory.getLogger(SystemdNotifier.class);
        logger.addAppender(appender);
        try {
            action.run();
        } finally {
            logger.detachAppender(appender);
        }
        return appender;
    }
}
