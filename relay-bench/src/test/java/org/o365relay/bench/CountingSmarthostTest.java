package org.o365relay.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountingSmarthostTest {

    private static final InternetAddress[] RECIPIENTS = {address("accounts@contoso.example")};

    private static LocalhostCertificate certificate;

    private CountingSmarthost smarthost;

    @BeforeAll
    static void generateCertificate(@TempDir Path directory) throws Exception {
        certificate = LocalhostCertificate.generate(directory);
    }

    @BeforeEach
    void open() throws IOException {
        smarthost = CountingSmarthost.open(certificate);
    }

    @AfterEach
    void close() throws IOException {
        smarthost.close();
    }

    @Test
    void countsMessagesHandshakesAndLogins() throws Exception {
        Session session = session(true);
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect("localhost", smarthost.port(), "relay@contoso.example", "any");
            transport.sendMessage(message(session, "one"), RECIPIENTS);
            transport.sendMessage(message(session, "..two\r\n.\r\n\r\n.x"), RECIPIENTS);
        }

        assertThat(smarthost.awaitMessages(2, Duration.ofSeconds(5))).isTrue();
        assertThat(smarthost.surplus()).isZero();
        assertThat(smarthost.handshakes()).hasValue(1);
        assertThat(smarthost.logins()).hasValue(1);
    }

    @Test
    void rejectsMailWithoutALogin() throws Exception {
        Session session = session(false);
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect("localhost", smarthost.port(), null, null);

            assertThatThrownBy(() -> transport.sendMessage(message(session, "one"), RECIPIENTS))
                    .isInstanceOf(MessagingException.class)
                    .hasMessageContaining("5.7.57");
        }
    }

    /// The generated certificate must pass normal verification, as in the relay.
    private Session session(boolean login) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.auth", Boolean.toString(login));
        properties.setProperty("mail.smtp.starttls.enable", "true");
        properties.setProperty("mail.smtp.starttls.required", "true");
        properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
        properties.put(
                "mail.smtp.ssl.socketFactory", trusting(certificate.pem()).getSocketFactory());
        return Session.getInstance(properties);
    }

    private static SSLContext trusting(Path pem) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream input = Files.newInputStream(pem)) {
            store.setCertificateEntry(
                    "bench", CertificateFactory.getInstance("X.509").generateCertificate(input));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static MimeMessage message(Session session, String text) throws MessagingException {
        MimeMessage message = new MimeMessage(session);
        message.setFrom(address("relay@contoso.example"));
        message.setRecipients(MimeMessage.RecipientType.TO, RECIPIENTS);
        message.setText(text);
        return message;
    }

    private static InternetAddress address(String text) {
        InternetAddress address = new InternetAddress();
        address.setAddress(text);
        return address;
    }
}
