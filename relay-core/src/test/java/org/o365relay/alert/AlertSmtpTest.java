package org.o365relay.alert;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.deliver.smtp.GreenMailCertificate;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Secret;

@Timeout(60)
class AlertSmtpTest {

    private static final EmailAddress FROM = new EmailAddress("relay", "isp.example");
    private static final EmailAddress ADMIN = new EmailAddress("it", "isp.example");
    private static final Instant SINCE = Instant.parse("2026-03-01T02:10:00Z");

    private final GreenMail server = new GreenMail(new ServerSetup[] {
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP),
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS)
    });

    @BeforeEach
    void start() {
        GreenMailCertificate.use();
        server.start();
        server.setUser(FROM.toString(), "alerts", "s3cret-enough");
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void sendsACompleteMessage() throws Exception {
        assertThat(send(Tls.NONE, "s3cret-enough")).isEmpty();
        MimeMessage email = server.getReceivedMessages()[0];
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        email.writeTo(octets);
        assertThat(octets.toString(ISO_8859_1))
                .contains(
                        "Return-Path: <relay@isp.example>",
                        "Date: Sun, 1 Mar 2026 02:10:00 GMT\r\n",
                        "From: Mail relay <relay@isp.example>\r\n",
                        "To: <it@isp.example>\r\n",
                        "Subject: Mailbox cannot send\r\n",
                        "Auto-Submitted: auto-generated\r\n",
                        "This is the mail relay relay.example.",
                        "What to do: Fix it.");
        assertThat(email.getMessageID()).endsWith("@isp.example>");
    }

    @Test
    void needsNoLogin() throws Exception {
        server.getManagers().getUserManager().setAuthRequired(false);
        assertThat(send(Tls.NONE, null)).isEmpty();
        assertThat(server.getReceivedMessages()).hasSize(1);
    }

    @Test
    void reportsAWrongPasswordWithoutIt() {
        assertThat(send(Tls.NONE, "wrong-password"))
                .startsWith("localhost:" + server.getSmtp().getPort() + " at auth: 535")
                .doesNotContain("wrong-password");
    }

    @Test
    void trustsNoUnknownCertificate() {
        assertThat(send(Tls.IMPLICIT, "s3cret-enough")).contains(" at starttls: ", "certificate");
        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void sendsNothingWithoutTheRequiredTls() {
        assertThat(send(Tls.STARTTLS, "s3cret-enough")).contains("STARTTLS");
        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void hidesThePassword() {
        assertThat(settings(Tls.IMPLICIT, "s3cret-enough").toString()).doesNotContain("s3cret-enough");
    }

    private String send(Tls tls, @Nullable String password) {
        Alert alert = new Alert("mailbox-blocked x", SINCE, "Mailbox cannot send", "It is bl\u00f6cked.", "Fix it.");
        AlertSmtp smtp = new AlertSmtp(settings(tls, password), "relay.example");
        try {
            return smtp.send(new AlertMessage(alert, false, SINCE, true));
        } finally {
            smtp.close();
        }
    }

    private AlertSmtpSettings settings(Tls tls, @Nullable String password) {
        Duration timeout = Duration.ofSeconds(10);
        return new AlertSmtpSettings(
                new SmtpUpstreamSettings(
                        "localhost",
                        (tls == Tls.IMPLICIT ? server.getSmtps() : server.getSmtp()).getPort(),
                        tls,
                        null,
                        1,
                        timeout,
                        timeout,
                        timeout,
                        timeout,
                        "relay.example"),
                password == null ? new Credential.None() : new Credential.Password("alerts", new Secret(password)),
                FROM,
                ADMIN);
    }
}
