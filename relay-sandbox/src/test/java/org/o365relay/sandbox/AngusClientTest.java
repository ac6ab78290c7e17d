package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.o365relay.sandbox.message.AcceptedMessage;

/// Tests the replies of the sandbox with the SMTP client of the relay.
final class AngusClientTest {

    @RegisterExtension
    static final SandboxFixture SANDBOX = new SandboxFixture();

    @Test
    void sendsSeveralMessagesOverOneConnection() throws MessagingException, IOException {
        long handshakes = SANDBOX.sandbox().handshakes();
        int before = SANDBOX.sandbox().acceptedCount();
        try (Transport transport = connected(SandboxFixture.PASSWORD)) {
            for (int i = 0; i < 3; i++) {
                send(transport, SandboxFixture.USER);
            }
        }
        assertThat(SANDBOX.sandbox().acceptedCount()).isEqualTo(before + 3);
        assertThat(SANDBOX.sandbox().handshakes()).isEqualTo(handshakes + 1);
        AcceptedMessage last = SANDBOX.sandbox().accepted().getLast();
        assertThat(last.user()).isEqualTo(SandboxFixture.USER);
        assertThat(last.tls()).isEqualTo("TLSv1.3");
        assertThat(last.mechanism()).isEqualTo("LOGIN");
        assertThat(last.messageId()).isNotNull();
    }

    @Test
    void readsTheReplyToAWrongPassword() {
        assertThatThrownBy(() -> connected("wrong").close())
                .isInstanceOf(AuthenticationFailedException.class)
                .hasMessageStartingWith("535 5.7.3 Authentication unsuccessful [");
    }

    @Test
    void readsTheLongSendAsDeniedReply() throws MessagingException {
        try (Transport transport = connected(SandboxFixture.PASSWORD)) {
            assertThatThrownBy(() -> send(transport, "noreply@contoso.example"))
                    .isInstanceOfSatisfying(SMTPSendFailedException.class, refusal -> {
                        assertThat(refusal.getReturnCode()).isEqualTo(554);
                        assertThat(refusal.getMessage()).hasSizeGreaterThan(3_000);
                    });
        }
    }

    private static Transport connected(String password) throws MessagingException {
        Transport transport = session().getTransport("smtp");
        transport.connect(SandboxFixture.USER, password);
        return transport;
    }

    private static void send(Transport transport, String from) throws MessagingException {
        MimeMessage message = new MimeMessage(session());
        message.setFrom(new InternetAddress(from));
        message.setSubject("from Angus");
        message.setText("text\n.\nwith a dot\n");
        message.saveChanges();
        transport.sendMessage(message, new InternetAddress[] {new InternetAddress("someone@example.org")});
    }

    private static Session session() {
        Properties properties = new Properties();
        properties.put("mail.smtp.host", "localhost");
        properties.put(
                "mail.smtp.port", Integer.toString(SANDBOX.sandbox().address().getPort()));
        properties.put("mail.smtp.auth", "true");
        properties.put("mail.smtp.starttls.required", "true");
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        properties.put("mail.smtp.timeout", "10000");
        properties.put("mail.smtp.ssl.socketFactory", trusted());
        return Session.getInstance(properties);
    }

    private static Object trusted() {
        try {
            return RawClient.trusting(SANDBOX.sandbox().trustedCertificates()).getSocketFactory();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
