package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Polling;
import org.o365relay.deliver.limits.LimitUsage;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// What a reload keeps of a mailbox, and what it replaces.
@Timeout(60)
@SuppressWarnings("NullAway.Init")
final class MailboxReloadTest {

    private static final String SECOND = "second@contoso.example";

    private static final MessageFilter IN_DELIVERY = new MessageFilter(
            List.of(), Set.of(MessageState.DELIVERING), null, null, null, null, null, null, null, null, null, null);

    @TempDir
    static Path office;

    @TempDir
    Path directory;

    private RelayFixture relay;

    @BeforeEach
    void open() throws Exception {
        relay = new RelayFixture(
                directory,
                RelayFixture.whole(
                        office,
                        new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD),
                        new SandboxMailbox(SECOND, ConfigText.PASSWORD)));
    }

    @AfterEach
    void close() {
        relay.close();
    }

    private void send(String subject) throws Exception {
        try (Device device = relay.device()) {
            device.send(subject, "sales@example.org");
        }
    }

    private String mailbox(String address, String limits) {
        return ConfigText.address(address)
                + ConfigText.smtp(relay.office())
                + ConfigText.password()
                + "limits { " + limits + " }";
    }

    @Test
    void aMailboxThatIsConfiguredAgainKeepsTheUsageOfItsLimits() throws Exception {
        String second = mailbox(SECOND, "");
        String limited = mailbox(ConfigText.MAILBOX, "messages-per-minute = 1, burst = 1");
        relay.start(ConfigText.mailboxes(relay.office(), limited, second));
        send("uses up the burst");
        relay.received("uses up the burst");

        relay.reload(ConfigText.mailboxes(relay.office(), second));
        assertThat(relay.operations().mailboxes()).hasSize(1);
        relay.reload(ConfigText.mailboxes(relay.office(), limited, second));

        LimitUsage limits =
                Objects.requireNonNull(relay.operations().mailboxes().getFirst().limits());
        assertThat(limits.nextMessageAt()).isNotNull();
    }

    @Test
    void raisesTheConnectionsOfAGraphMailbox() throws Exception {
        relay.start(ConfigText.mailboxes(relay.office(), graph(1)));
        relay.with("graph:delay 3s*2");
        relay.reload(ConfigText.mailboxes(relay.office(), graph(2)));
        send("one");
        send("another");

        Polling.until(
                "two deliveries at a time", () -> relay.operations().reader().count(IN_DELIVERY) == 2);
        relay.received(2);
    }

    @Test
    void provesAChangedClientSecretAtOnce() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret.txt"), ConfigText.SECRET);
        String settings = ConfigText.mailboxes(
                relay.office(),
                ConfigText.address(ConfigText.MAILBOX)
                        + ConfigText.smtp(relay.office())
                        + ConfigText.app(relay.office(), "client-secret", "client-secret-file = secret.txt"));
        relay.start(settings);
        send("with the old secret");
        relay.received("with the old secret");

        Files.writeString(secret, "not~the.secret");
        relay.reload(settings);
        send("with a wrong secret");
        assertThat(relay.journal().await("blocked", 1).getFirst()).contains("AADSTS7000215");

        Files.writeString(secret, ConfigText.SECRET);
        relay.reload(settings);
        relay.received("with a wrong secret");
    }

    private String graph(int connections) {
        return ConfigText.address(ConfigText.MAILBOX)
                + ConfigText.graph(relay.office())
                + ConfigText.app(relay.office(), "client-secret", ConfigText.secret())
                + "limits.connections = " + connections;
    }
}
