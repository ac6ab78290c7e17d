package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.RelayStatus;
import org.o365relay.config.ConfigReader;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.cli.CliEnvironment;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;
import org.o365relay.sandbox.Sandbox;

/// A relay in a process of its own, controlled from this one.
@Timeout(120)
class ControlTest {

    private static final String USER = System.getProperty("user.name");

    @TempDir
    static Path office;

    static Sandbox sandbox;

    @TempDir
    Path directory;

    @BeforeAll
    static void open() throws IOException {
        sandbox = Sandbox.start(RelayFixture.sandboxSettings(office));
    }

    @AfterAll
    static void close() {
        sandbox.close();
    }

    @Test
    void pausesAMailboxListsItsMessagesAndResumesIt() throws Exception {
        Path config = ConfigText.write(directory, sandbox);
        try (Program relay = Program.run(config)) {
            var address = relay.address();
            Control control = control(config);
            EmailAddress mailbox = EmailAddress.parse(ConfigText.MAILBOX).orElseThrow();
            assertThat(control.pause(mailbox)).isTrue();
            send(address, "waiting");

            MessageDetail waiting = onlyMessage(control);
            assertThat(waiting.entry().state()).isEqualTo(MessageState.QUEUED);
            assertThat(content(control, waiting)).contains("Subject: waiting\r\n");
            assertThat(control.change(new Change.Hold(), MessageFilter.ALL)).isEqualTo(new ChangeResult(1, 0, ""));
            assertThat(control.change(new Change.Release(), MessageFilter.ALL)).isEqualTo(new ChangeResult(1, 0, ""));
            RelayStatus.Running running = running(control);
            assertThat(running.pid()).isEqualTo(relay.pid());
            assertThat(running.mailboxes()).singleElement().satisfies(mailboxStatus -> {
                assertThat(mailboxStatus.state()).isEqualTo(MailboxStatus.State.PAUSED);
                assertThat(mailboxStatus.cause()).isEqualTo("paused by " + USER);
            });

            assertThat(control.resume(mailbox).resumed()).isTrue();
            relay.await(line -> line.contains(" delivered id=" + waiting.entry().id()));
            assertThat(onlyMessage(control).events())
                    .extracting(HistoryEntry::kind)
                    .containsExactly("held", "released", "delivered");
            assertThat(relay.said())
                    .contains("paused mailbox=" + ConfigText.MAILBOX + " by=" + USER)
                    .contains("resumed mailbox=" + ConfigText.MAILBOX + " by=" + USER);
            relay.terminate();
            assertThat(relay.exitCode()).isZero();
            assertThat(directory.resolve("queue/control.sock")).doesNotExist();
        }
    }

    @Test
    void readsTheQueueOfAKilledRelayWhoseSocketTheNextRelayReplaces() throws Exception {
        Path config = ConfigText.write(directory, sandbox);
        try (Program relay = Program.run(config)) {
            var address = relay.address();
            control(config).pause(EmailAddress.parse(ConfigText.MAILBOX).orElseThrow());
            send(address, "left behind");
            relay.kill();
        }
        assertThat(directory.resolve("queue/control.sock")).exists();

        Control atRest = control(config);
        assertThat(atRest.isRunning()).isFalse();
        assertThat(atRest.status().running()).isNull();
        assertThat(atRest.status().queue().open()).isEqualTo(1);
        assertThat(atRest.status().disk().used()).isPositive();
        MessageDetail left = onlyMessage(atRest);
        assertThat(content(atRest, left)).contains("Subject: left behind\r\n");
        assertThat(atRest.count(MessageFilter.ALL)).isEqualTo(1);
        assertThat(atRest.newest()).contains(left.entry().id());
        assertThatThrownBy(() -> atRest.change(new Change.Delete(), MessageFilter.ALL))
                .asInstanceOf(type(ControlException.class))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.NOT_RUNNING))
                .satisfies(e -> assertThat(e).hasMessageStartingWith("the relay is not running; "));

        try (Program next = Program.run(config)) {
            next.address();
            Control control = control(config);
            assertThat(control.isRunning()).isTrue();
            assertThat(running(control).mailboxes())
                    .singleElement()
                    .extracting(MailboxStatus::state)
                    .as("paused across the restart")
                    .isEqualTo(MailboxStatus.State.PAUSED);
            assertThat(control.change(
                            new Change.Bounce(),
                            MessageFilter.of(List.of(left.entry().id()))))
                    .isEqualTo(new ChangeResult(1, 0, ""));
            assertThat(control.show(left.entry().id()))
                    .map(message -> message.entry().state())
                    .contains(MessageState.FAILED);
        }
    }

    @Test
    void reportsARelayWithoutSocketAsRunning() throws Exception {
        Path config = ConfigText.write(directory, sandbox);
        try (Program relay = Program.run(config)) {
            relay.address();
            control(config).newest();
            Files.delete(directory.resolve("queue/control.sock"));

            Control control = control(config);
            assertThat(control.count(MessageFilter.ALL)).isZero();
            assertThat(control.isRunning()).isTrue();
            assertThatThrownBy(control::status)
                    .asInstanceOf(type(ControlException.class))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.NOT_RUNNING))
                    .satisfies(e -> assertThat(e)
                            .hasMessageContaining("a relay (process " + relay.pid() + ") uses this queue"));
        }
    }

    @Test
    void reportsThatNoRelayHasRunYet() throws Exception {
        Control control = control(ConfigText.write(directory, sandbox));

        assertThatThrownBy(control::summary)
                .asInstanceOf(type(ControlException.class))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.QUEUE))
                .satisfies(e -> assertThat(e).hasMessageContaining("no relay has run with this data-directory yet"));
    }

    private static void send(InetSocketAddress address, String subject) throws IOException {
        try (Device device = new Device(address)) {
            device.send(subject);
        }
    }

    private static Control control(Path config) throws ControlException {
        if (new ConfigReader(Map.of()).read(config) instanceof Valid valid) {
            return CliEnvironment.ofProgram().access().connect(valid);
        }
        throw new AssertionError("the configuration is not valid");
    }

    private static RelayStatus.Running running(Control control) throws ControlException {
        RelayStatus.Running running = control.status().running();
        if (running == null) {
            throw new AssertionError("it does not run");
        }
        return running;
    }

    private static MessageDetail onlyMessage(Control control) throws ControlException {
        Page page = control.find(MessageFilter.ALL, Page.Order.OLDEST_FIRST, null, 10);
        assertThat(page.entries()).hasSize(1);
        return control.show(page.entries().getFirst().id()).orElseThrow();
    }

    private static String content(Control control, MessageDetail message) throws Exception {
        try (InputStream content = control.content(message)) {
            return new String(content.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
