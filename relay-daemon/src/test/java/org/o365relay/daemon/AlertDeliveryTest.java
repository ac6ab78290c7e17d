package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Polling;
import org.o365relay.alert.Alert;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// The only mailbox is blocked, or a fallback is used: the admin is notified nevertheless, and when it is over.
@Timeout(90)
final class AlertDeliveryTest {

    private static final String ADMIN = "it@isp.example";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path office;

    @TempDir
    Path directory;

    private final GreenMail server =
            new GreenMail(new ServerSetup[] {new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP)});

    private RelayFixture relay;

    @BeforeEach
    void open() throws IOException {
        server.start();
        server.setUser("relay@isp.example", "alerts", "s3cret-enough");
        relay = new RelayFixture(
                directory, RelayFixture.whole(office, new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD)));
    }

    @AfterEach
    void close() {
        relay.close();
        server.stop();
    }

    @Test
    void notifiesWhileTheOnlyMailboxIsBlocked() throws Exception {
        changePasswordInTheOffice("another password");
        relay.start(
                "relay.notices.admin = \"" + ADMIN + "\"",
                "relay.alerts.delay = 0s",
                "relay.alerts.smtp { host = localhost, port = "
                        + server.getSmtp().getPort() + ", tls = none",
                "  username = alerts, password = \"s3cret-enough\", from = \"relay@isp.example\" }",
                command());
        send("waits");
        relay.journal().await("blocked", 1);

        assertThat(server.waitForIncomingEmail(30_000, 1)).isTrue();
        MimeMessage email = server.getReceivedMessages()[0];
        assertThat(email.getSubject()).isEqualTo("Mailbox relay@contoso.example cannot send");
        assertThat(email.getAllRecipients()).extracting(Object::toString).containsExactly(ADMIN);
        Polling.until("command", () -> calls().equals(List.of("raised mailbox-blocked relay@contoso.example")));

        changePasswordInTheOffice(ConfigText.PASSWORD);
        relay.journal().await("unblocked", 1);
        assertThat(alerts()).as("over at the same moment as the block").isEmpty();
        relay.received("Resolved: Mailbox relay@contoso.example cannot send");
        Polling.until(
                "command",
                () -> calls().equals(List.of(
                        "raised mailbox-blocked relay@contoso.example",
                        "cleared mailbox-blocked relay@contoso.example")));
        assertThat(server.getReceivedMessages()).as("the mailbox sends again").hasSize(1);
    }

    @Test
    void warnsOfAnExpiryThroughAlertsSmtpIfThereIsNoAdmin() throws Exception {
        String[] configuration = {
            "relay.alerts.smtp { host = localhost, port = " + server.getSmtp().getPort() + ", tls = none",
            "  username = alerts, password = \"s3cret-enough\", from = \"relay@isp.example\", to = \"" + ADMIN + "\" }",
            ConfigText.mailboxes(
                    relay.office(),
                    ConfigText.address(ConfigText.MAILBOX)
                            + ConfigText.smtp(relay.office())
                            + ConfigText.app(
                                    relay.office(),
                                    "client-secret",
                                    ConfigText.secret(),
                                    "client-secret-expires = \""
                                            + LocalDate.now(ZoneOffset.UTC).plusDays(5) + "\""))
        };
        relay.start(configuration);

        assertThat(server.waitForIncomingEmail(30_000, 1)).isTrue();
        MimeMessage email = server.getReceivedMessages()[0];
        assertThat(email.getSubject()).startsWith("Client secret of relay@contoso.example expires on ");
        assertThat(email.getAllRecipients()).extracting(Object::toString).containsExactly(ADMIN);
        assertThat(relay.journal().lines("expiring")).hasSize(1);

        relay.stop();
        relay.start(configuration);
        send("after the restart");
        relay.received("after the restart");
        relay.stop();
        assertThat(server.getReceivedMessages()).as("sent once").hasSize(1);
    }

    @Test
    void notifiesOfAFailoverThroughTheFallback() throws Exception {
        relay.office()
                .change(settings -> settings.submission(exchange -> exchange.withMailboxes(
                        new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD).withoutSmtpAuth())));
        relay.start(
                "relay.notices.admin = \"" + ADMIN + "\"",
                "relay.alerts.delay = 0s",
                command(),
                ConfigText.mailboxes(
                        relay.office(),
                        ConfigText.address(ConfigText.MAILBOX)
                                + ConfigText.smtp(relay.office())
                                + ConfigText.app(relay.office(), "client-secret", ConfigText.secret())
                                + "fallback = [ { " + ConfigText.graphUpstream(relay.office()) + " } ]"));
        send("by the fallback");
        relay.journal().await("failover", 1);
        relay.received("Mailbox relay@contoso.example sends through a fallback");
        assertThat(alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.name()).isEqualTo("failover relay@contoso.example");
            assertThat(alert.text()).contains("SmtpClientAuthentication is disabled");
            assertThat(alert.advice()).contains("Set-CASMailbox");
        });

        relay.office()
                .change(settings -> settings.submission(exchange ->
                        exchange.withMailboxes(new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD))));
        relay.journal().await("failback", 1);
        assertThat(alerts()).isEmpty();
        relay.received("Resolved: Mailbox relay@contoso.example sends through a fallback");
        Polling.until(
                "command",
                () -> calls().equals(List.of(
                        "raised failover relay@contoso.example", "cleared failover relay@contoso.example")));
    }

    private void changePasswordInTheOffice(String password) {
        relay.office()
                .change(settings -> settings.submission(
                        exchange -> exchange.withMailboxes(new SandboxMailbox(ConfigText.MAILBOX, password))));
    }

    private List<Alert> alerts() {
        return Objects.requireNonNull(relay.operations().status("test").running())
                .alerts();
    }

    private void send(String subject) throws Exception {
        try (Device device = relay.device()) {
            device.send(subject);
        }
    }

    /// A command that appends the event and the name of each alert to a file.
    private String command() throws IOException {
        Path script = Files.writeString(
                directory.resolve("alert.sh"),
                "cat > /dev/null; echo \"$RELAY_ALERT_EVENT $RELAY_ALERT_NAME\" >> " + directory + "/calls\n");
        return "relay.alerts.command = [ \"/bin/sh\", \"" + script + "\" ]";
    }

    private List<String> calls() {
        Path calls = directory.resolve("calls");
        try {
            return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
