package org.o365relay.daemon;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.daemon.cli.CommandLines;
import org.o365relay.daemon.cli.LoginCommand;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.TestKey;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.entra.AppRegistration.State;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.message.Ingress;
import org.o365relay.sandbox.settings.SandboxMailbox;
import picocli.CommandLine;

/// Mail arrives through every upstream, with every kind of credential.
@Timeout(60)
final class EveryUpstreamTest {

    private static final String GROUP = "office@contoso.example";
    private static final String PFX_PASSWORD = "opens the pfx";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path office;

    @SuppressWarnings("NullAway.Init")
    private static TestKey key;

    @TempDir
    Path directory;

    private RelayFixture relay;

    @BeforeAll
    static void makeKey() throws Exception {
        key = TestKey.made(office, "relay.contoso.example");
    }

    @BeforeEach
    void open() throws Exception {
        SandboxMailbox account = new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD, Set.of(GROUP));
        relay = new RelayFixture(
                directory,
                RelayFixture.whole(office, account)
                        .withApps(new AppRegistration(
                                ConfigText.APP,
                                ConfigText.SECRET,
                                key.certificate(),
                                AppRegistration.USUAL_ROLES,
                                AppRegistration.EVERY_MAILBOX,
                                State.ACTIVE))
                        .tenant(tenant -> tenant.entra(entra -> entra.withAutoApproveUser(ConfigText.MAILBOX)
                                .withPollInterval(Duration.ofSeconds(1)))));
        key.pem(directory.resolve("app.pem"));
        key.certificatePem(directory.resolve("app-certificate.pem"));
        key.keyPem(directory.resolve("app-key.pem"));
        key.pfx(directory.resolve("app.pfx"), PFX_PASSWORD);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        client-secret | client-secret = "Xy8~the.value_of-the~secret"
        certificate   | certificate = "app.pem"
        certificate   | certificate = "app.pfx", certificate-password = "opens the pfx"
        """)
    void sendsBySmtpWithATokenOfAnApp(String type, String proof) throws Exception {
        start(ConfigText.smtp(office()) + ConfigText.app(office(), type, proof));

        AcceptedMessage arrived = send("with a token");

        assertThat(arrived.ingress()).isEqualTo(Ingress.SMTP);
        assertThat(arrived.mechanism()).isEqualTo("XOAUTH2");
        assertThat(arrived.user()).isEqualTo(ConfigText.MAILBOX);
        assertThat(arrived.envelopeTo()).containsExactly("sales@example.org");
        assertThat(office().callCounts().of("client_credentials")).isEqualTo(1);
    }

    @Test
    void sendsBySmtpWithAPassword() throws Exception {
        start(ConfigText.smtp(office()) + ConfigText.password());

        AcceptedMessage arrived = send("with a password");

        assertThat(arrived.mechanism()).isEqualTo("LOGIN");
        assertThat(office().callCounts().of("client_credentials")).isZero();
    }

    @Test
    void keepsTheLoginOfAUserAcrossARestart() throws Exception {
        office().change(settings -> settings.entra(
                entra -> entra.withAccessTokenLifetime(Duration.ofMinutes(4)))); // too short to be kept over a restart
        String mailbox =
                ConfigText.smtp(office()) + ConfigText.app(office(), "device-code", "token-key = \"opens the login\"");
        start(mailbox);
        try (Device device = relay.device()) {
            device.send("before the login");
        }
        assertThat(relay.journal().await("blocked", 1).getFirst()).contains("bin/o365-relay login");

        assertThat(login()).contains("✔ Signed in as " + ConfigText.MAILBOX);
        relay.endTokenBackoff();

        assertThat(relay.received("before the login").mechanism()).isEqualTo("XOAUTH2");
        relay.stop();
        start(mailbox);
        assertThat(send("after a restart").user()).isEqualTo(ConfigText.MAILBOX);
        relay.stop();
        start(mailbox);
        assertThat(send("after another").user()).isEqualTo(ConfigText.MAILBOX);
        // each refresh token is good for one use only: they were kept as they changed
        assertThat(office().callCounts().of("refresh_token")).isEqualTo(3);
        assertThat(office().callCounts().of("devicecode")).isEqualTo(1);
    }

    private String login() {
        StringWriter out = new StringWriter();
        CommandLine commands = CommandLines.of(new LoginCommand());
        commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
        int code = commands.execute("login", "--config", relay.configuration().toString());
        assertThat(code).as(out.toString()).isZero();
        return out.toString();
    }

    @Test
    void sendsByGraph() throws Exception {
        startGraph();

        AcceptedMessage arrived = send("by graph");

        assertThat(arrived.ingress()).isEqualTo(Ingress.GRAPH);
        assertThat(arrived.user()).isEqualTo(ConfigText.MAILBOX);
        assertThat(arrived.envelopeTo()).containsExactly("sales@example.org");
        assertThat(office().callCounts().of("sendMail")).isEqualTo(1);
    }

    @Test
    void sendsALargeAttachmentByGraph() throws Exception {
        byte[] scan = new byte[5_000_000];
        new Random(5).nextBytes(scan);
        startGraph();
        try (Device device = relay.device()) {
            device.sendContent(withAttachment("large", scan), "sales@example.org");
        }

        AcceptedMessage arrived = relay.received("large");

        assertThat(arrived.ingress()).isEqualTo(Ingress.GRAPH);
        assertThat(arrived.envelopeTo()).containsExactly("sales@example.org");
        MimeMessage message = new MimeMessage(null, new ByteArrayInputStream(arrived.content()));
        MimeMultipart parts = (MimeMultipart) message.getContent();
        assertThat(parts.getBodyPart(1).getFileName()).isEqualTo("scan.pdf");
        assertThat(parts.getBodyPart(1).getInputStream().readAllBytes()).isEqualTo(scan);
        assertThat(office().callCounts().of("createUploadSession")).isEqualTo(1);
        assertThat(office().callCounts().of("upload")).isGreaterThan(1);
        assertThat(office().callCounts().of("send")).isEqualTo(1);
        assertThat(office().callCounts().of("sendMail")).isZero();
    }

    private static String withAttachment(String subject, byte[] attachment) {
        return """
            From: Scanner <scan@mfp.contoso.example>
            Subject: %s
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=part

            --part
            Content-Type: text/plain

            see the attachment
            --part
            Content-Type: application/pdf; name=scan.pdf
            Content-Disposition: attachment; filename=scan.pdf
            Content-Transfer-Encoding: base64

            %s
            --part--
            """.replace("\n", "\r\n")
                .formatted(subject, Base64.getMimeEncoder().encodeToString(attachment));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        only blind copies         | -                                         | ann@example.org eve@example.org
        others in the header      | To: bob@example.org, list@example.org     | ann@example.org eve@example.org
        some of them              | To: ann@example.org, Cc <bob@example.org> | ann@example.org eve@example.org
        nobody in the header      | To: undisclosed-recipients:;              | ann@example.org
        """)
    void sendsByGraphToTheEnvelopeRecipientsOnly(String subject, @Nullable String header, String envelope)
            throws Exception {
        startGraph();
        try (Device device = relay.device()) {
            device.sendContent(
                    "From: scan@mfp.contoso.example\r\n" + (header == null ? "" : header + "\r\n") + "Subject: "
                            + subject + "\r\n\r\ntext\r\n",
                    envelope.split(" "));
        }
        assertThat(relay.received(subject).envelopeTo()).containsExactlyInAnyOrder(envelope.split(" "));
        assertThat(office().acceptedCount()).isEqualTo(1);
    }

    @Test
    void sendsThroughAConnectorThatAcceptsTheCertificate() throws Exception {
        office().change(settings -> settings.mx(mx -> mx.withCertificates("relay.contoso.example")));
        relay.start(ConfigText.mailboxes(
                office(),
                ConfigText.address(ConfigText.MAILBOX)
                        + """
                        upstream {
                          preset = connector, host = localhost, port = %d, trusted-certificates = "%s"
                          client-certificate = "app-certificate.pem", client-certificate-key = "app-key.pem"
                        }
                        """.formatted(
                                        office().mxAddress().getPort(),
                                        office().trustedCertificates().toAbsolutePath())));

        AcceptedMessage arrived = send("through the connector");

        assertThat(arrived.ingress()).isEqualTo(Ingress.MX);
        assertThat(arrived.envelopeTo()).containsExactly("sales@example.org");
        assertThat(arrived.envelopeFrom()).isEqualTo(ConfigText.MAILBOX);
        assertThat(arrived.tls()).startsWith("TLS");
    }

    @Test
    void givesAdviceIfNoConnectorAcceptsTheRelay() throws Exception {
        relay.start(ConfigText.mailboxes(
                office(),
                ConfigText.address(ConfigText.MAILBOX)
                        + "upstream { preset = connector, host = localhost, port = %d, trusted-certificates = \"%s\" }"
                                .formatted(
                                        office().mxAddress().getPort(),
                                        office().trustedCertificates().toAbsolutePath())));
        try (Device device = relay.device()) {
            device.send("to the outside", "sales@example.org");
        }
        assertThat(relay.journal().await("blocked", 1).getFirst())
                .contains("550 5.7.64", "Exchange admin center > Mail flow > Connectors");

        office().change(settings -> settings.mx(mx -> mx.withSources("127.0.0.1")));

        assertThat(relay.received("to the outside").ingress()).isEqualTo(Ingress.MX);
        assertThat(relay.journal().lines("failed")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"SMTP", "GRAPH"})
    void sendsAsASharedMailbox(Ingress ingress) throws Exception {
        String upstream = ingress == Ingress.SMTP ? ConfigText.smtp(office()) : ConfigText.graph(office());
        relay.start(ConfigText.mailboxes(
                office(),
                ConfigText.address(GROUP)
                        + upstream
                        + ConfigText.app(
                                office(),
                                "client-secret",
                                ConfigText.secret(),
                                "username = \"" + ConfigText.MAILBOX + "\"")));

        AcceptedMessage arrived = send("from the group");

        assertThat(arrived.ingress()).isEqualTo(ingress);
        assertThat(arrived.user()).isEqualTo(ConfigText.MAILBOX);
        assertThat(arrived.from()).contains(GROUP);
        assertThat(new String(arrived.content(), UTF_8))
                .contains("\nFrom: Scanner <" + GROUP + ">", "\nReply-To: Scanner <scan@mfp.contoso.example>");
    }

    private Sandbox office() {
        return relay.office();
    }

    private void startGraph() throws Exception {
        start(ConfigText.graph(office()) + ConfigText.app(office(), "client-secret", ConfigText.secret()));
    }

    private void start(String mailbox) throws Exception {
        relay.start(ConfigText.mailboxes(office(), ConfigText.address(ConfigText.MAILBOX) + mailbox));
    }

    private AcceptedMessage send(String subject) throws Exception {
        try (Device device = relay.device()) {
            device.send(subject, "sales@example.org");
        }
        AcceptedMessage arrived = relay.received(subject);
        assertThat(new String(arrived.content(), US_ASCII)).contains("text of " + subject);
        return arrived;
    }
}
