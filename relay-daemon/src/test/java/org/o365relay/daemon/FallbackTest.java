package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.sandbox.entra.EntraSettings;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.message.Ingress;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// An upstream fails: mail takes the fallback or waits, and returns to the primary when it works again.
@Timeout(60)
final class FallbackTest {

    private static final String OTHER = "other@contoso.example";
    private static final String UNREACHABLE_TENANT = "gone.example";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path office;

    @TempDir
    Path directory;

    private RelayFixture relay;

    @BeforeEach
    void open() throws IOException {
        relay = new RelayFixture(
                directory,
                RelayFixture.whole(
                                office,
                                new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD),
                                new SandboxMailbox(OTHER, ConfigText.PASSWORD))
                        .tenant(tenant ->
                                tenant.entra(entra -> entra.forTenant(EntraSettings.TENANT, UNREACHABLE_TENANT))));
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void sendsByGraphWhileSmtpAuthIsDisabled() throws Exception {
        relay.office()
                .change(settings -> settings.submission(exchange -> exchange.withMailboxes(
                        new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD).withoutSmtpAuth())));
        relay.start(mailbox("fallback = [ { " + ConfigText.graphUpstream(relay.office()) + " } ]"));
        send("closed");

        assertThat(relay.received("closed").ingress()).isEqualTo(Ingress.GRAPH);
        assertThat(relay.journal().await("failover", 1).getFirst())
                .contains(
                        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox",
                        "Set-CASMailbox -Identity relay@contoso.example -SmtpClientAuthenticationDisabled $false");
        send("still closed");
        assertThat(relay.received("still closed").ingress()).isEqualTo(Ingress.GRAPH);

        relay.office()
                .change(settings -> settings.submission(exchange ->
                        exchange.withMailboxes(new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD))));

        assertThat(relay.journal().await("failback", 1).getFirst())
                .contains("localhost:" + relay.office().address().getPort());
        send("open again");
        assertThat(relay.received("open again").ingress()).isEqualTo(Ingress.SMTP);
        assertThat(relay.journal().await("delivered", 3))
                .allSatisfy(line -> assertThat(line).contains("attempt 1:"));
        assertThat(relay.journal().events())
                .containsOnlyOnce("failover", "failback")
                .doesNotContain("blocked", "failed");
    }

    @Test
    void sendsBySmtpAMessageThatGraphCannotCarry() throws Exception {
        relay.start(ConfigText.mailboxes(
                relay.office(),
                ConfigText.address(ConfigText.MAILBOX)
                        + ConfigText.graph(relay.office())
                        + ConfigText.app(relay.office(), "client-secret", ConfigText.secret())
                        + "fallback = [ { " + ConfigText.smtpUpstream(relay.office()) + " } ]"));
        String text = "A line of a large text.\r\n".repeat(100_000);
        try (Device device = relay.device()) {
            device.sendContent("Subject: large\r\n\r\n" + text, "sales@example.org");
            device.send("small", "sales@example.org");
        }

        AcceptedMessage large = relay.received("large");
        assertThat(large.ingress()).isEqualTo(Ingress.SMTP);
        assertThat(new String(large.content(), StandardCharsets.US_ASCII)).endsWith("\r\n\r\n" + text);
        assertThat(relay.received("small").ingress()).isEqualTo(Ingress.GRAPH);
        assertThat(relay.journal().await("delivered", 2))
                .allSatisfy(line -> assertThat(line).contains("attempt 1:"));
        assertThat(relay.journal().events()).doesNotContain("failover", "blocked", "failed", "deferred");
    }

    @Test
    void returnsToThePrimaryWhenSignInWorksAgain() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "not-the~secret");
        relay.with("token/" + UNREACHABLE_TENANT + ":drop")
                .start(
                        ConfigText.mailboxes(
                                relay.office(),
                                ConfigText.address(ConfigText.MAILBOX)
                                        + ConfigText.smtp(relay.office())
                                        + ConfigText.app(
                                                relay.office(), "client-secret", "client-secret-file = \"secret\""),
                                ConfigText.address(OTHER)
                                        + ConfigText.smtp(relay.office())
                                        + ConfigText.appOf(
                                                relay.office(),
                                                UNREACHABLE_TENANT,
                                                "client-secret",
                                                ConfigText.secret())),
                        "relay.routing = [ { recipient = \"@partner.example\", mailbox = \"" + OTHER + "\" } ]");
        try (Device device = relay.device()) {
            device.send("wrong secret", "ann@example.org");
            device.send("still wrong", "ann@example.org");
            device.send("nobody there", "bob@partner.example");
        }
        assertThat(relay.journal().await("blocked " + ConfigText.MAILBOX, 1).getFirst())
                .contains(
                        "401 invalid_client: AADSTS7000215",
                        "the client secret is wrong; often the Secret ID was entered instead of its Value",
                        "Certificates & secrets > New client secret");
        relay.journal().await("unreachable " + OTHER, 1);

        Files.writeString(secret, ConfigText.SECRET + "\n");
        relay.office().faults().clear();
        relay.endTokenBackoff();

        assertThat(relay.received(3)).extracting(AcceptedMessage::mechanism).containsOnly("XOAUTH2");
        assertThat(relay.journal().await("delivered", 3))
                .allSatisfy(line -> assertThat(line).contains("attempt 1:"));
        relay.journal().await("reachable " + OTHER, 1);
        assertThat(relay.journal().events())
                .containsOnlyOnce("blocked", "unblocked", "unreachable", "reachable")
                .doesNotContain("failed", "deferred");
    }

    @Test
    void probesAgainSoonIfTheSignInServiceFails() throws Exception {
        relay.with("token:503").start(mailbox(""));
        send("no token");

        String line = relay.journal().await("unreachable", 1).getFirst();

        assertThat(line).contains("503 ");
        Instant probe = Instant.parse(line.substring(line.lastIndexOf(' ') + 1));
        assertThat(probe).isBefore(Instant.now().plus(Duration.ofSeconds(31)));
        assertThat(relay.journal().events()).doesNotContain("blocked", "failed", "deferred");
    }

    private String mailbox(String more) {
        return ConfigText.mailboxes(
                relay.office(),
                ConfigText.address(ConfigText.MAILBOX)
                        + ConfigText.smtp(relay.office())
                        + ConfigText.app(relay.office(), "client-secret", ConfigText.secret())
                        + more);
    }

    private void send(String subject) throws IOException {
        try (Device device = relay.device()) {
            device.send(subject, "sales@example.org");
        }
    }
}
