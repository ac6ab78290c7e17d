package org.o365relay.deliver.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Secret;

/// Delivers to GreenMail, an independent implementation of a server.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GreenMailTest {

    private static final EmailAddress MAILBOX = new EmailAddress("relay", "contoso.example");
    private static final EmailAddress READER = new EmailAddress("reader", "x.example");

    private final TestCertificate localhost = GreenMailCertificate.use();
    private final GreenMail greenMail = new GreenMail(new ServerSetup[] {
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP),
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS)
    });

    @AfterEach
    void stop() {
        greenMail.stop();
    }

    @Test
    void deliversEveryOctetUnchanged() throws IOException, MessagingException {
        byte[] content =
                ("From: relay@contoso.example\r\nSubject: 8 bit \u00c3\u00a4\r\nX-Odd:\r\n\tfolded  twice\r\n\r\n"
                                + ".\r\n..\r\n.leading dot\r\n\u0080\u00ff\u0001\r\n" + "x".repeat(3000) + "\r\n")
                        .getBytes(ISO_8859_1);
        start();

        Map<Recipient, Response> responses = attempt(Tls.IMPLICIT, "s3cret-enough", content);

        assertThat(responses.values())
                .allSatisfy(response -> assertThat(response.reply().code())
                        .as(response.toString())
                        .isEqualTo(250));
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        greenMail.getReceivedMessages()[0].writeTo(received);
        // GreenMail regards the last line ending as part of the final dot
        assertThat(received.toString(ISO_8859_1) + "\r\n").endsWith(new String(content, ISO_8859_1));
    }

    @Test
    void sendsInPlainTextToASmarthostOnTheSameMachine() throws IOException {
        start();
        Map<Recipient, Response> responses =
                attempt(Tls.NONE, "s3cret-enough", "Subject: plain\r\n\r\n".getBytes(ISO_8859_1));
        assertThat(responses.values())
                .extracting(response -> response.reply().code())
                .containsExactly(250);
    }

    @Test
    void reportsAWrongPassword() {
        start();
        Map<Recipient, Response> responses =
                attempt(Tls.IMPLICIT, "wrong-password", "Subject: no\r\n\r\n".getBytes(ISO_8859_1));
        assertThat(responses.values())
                .extracting(Response::step, response -> response.reply().code())
                .containsExactly(tuple(Response.Step.AUTH, 535));
        assertThat(greenMail.getReceivedMessages()).isEmpty();
    }

    private void start() {
        greenMail.start();
        greenMail.setUser(MAILBOX.toString(), MAILBOX.toString(), "s3cret-enough");
    }

    private Map<Recipient, Response> attempt(Tls tls, String password, byte[] content) {
        int port = tls == Tls.IMPLICIT
                ? greenMail.getSmtps().getPort()
                : greenMail.getSmtp().getPort();
        SmtpUpstreamSettings settings = new SmtpUpstreamSettings(
                "localhost",
                port,
                tls,
                localhost.pem(),
                2,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                Duration.ofSeconds(30),
                "relay.example");
        Credential credential = new Credential.Password(MAILBOX.toString(), new Secret(password));
        try (SmtpUpstream upstream = new SmtpUpstream(settings, credential)) {
            return upstream.attempt(new OutgoingMessage(
                    new QueueId(1), MAILBOX, List.of(new Recipient(0, READER)), false, out -> out.write(content)));
        }
    }
}
