package org.o365relay.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Relay;
import org.o365relay.RunningRelay;
import org.o365relay.deliver.smtp.GreenMailCertificate;
import org.o365relay.deliver.smtp.TestCertificate;
import org.o365relay.journal.RememberingJournal;

/// A server by somebody else, which lets us read over IMAP what arrived.
@Timeout(60)
final class GreenMailTest {

    private static final String READER = "office@contoso.example";
    private static final byte[] PDF =
            "%PDF-1.7\nGrüße, 0123456789\n".repeat(5_000).getBytes(UTF_8);

    @TempDir
    Path directory;

    private final RememberingJournal journal = new RememberingJournal();
    private final GreenMail greenMail = new GreenMail(new ServerSetup[] {
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS),
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP)
    });
    private RunningRelay relay;

    @BeforeEach
    void open() throws Exception {
        TestCertificate localhost = GreenMailCertificate.use();
        greenMail.start();
        greenMail.setUser(ConfigText.MAILBOX, ConfigText.MAILBOX, ConfigText.PASSWORD);
        greenMail.setUser(READER, READER, "reader");
        relay = new Relay(
                        RelayFixture.settings(ConfigText.write(
                                directory,
                                greenMail.getSmtps().getPort(),
                                localhost.pem(),
                                "relay.mailbox-defaults.upstream.tls = implicit")),
                        journal)
                .start();
    }

    @AfterEach
    void close() {
        relay.stop();
        greenMail.stop();
    }

    @Test
    void readsOverImapTheMessageThatTheDeviceSent() throws Exception {
        try (Device device = new Device(relay.addresses().getFirst())) {
            device.sendContent(scan(), READER);
        }
        journal.await("delivered", 1);

        try (Store store = Session.getInstance(new Properties()).getStore("imap")) {
            store.connect("127.0.0.1", greenMail.getImap().getPort(), READER, "reader");
            try (Folder inbox = store.getFolder("INBOX")) {
                inbox.open(Folder.READ_ONLY);
                assertThat(inbox.getMessageCount()).isEqualTo(1);
                assertArrived(inbox.getMessage(1));
            }
        }
    }

    private static void assertArrived(Message message) throws MessagingException, IOException {
        assertThat(message.getFrom()).containsExactly(new InternetAddress("Scanner OG <relay@contoso.example>"));
        assertThat(message.getReplyTo()).containsExactly(new InternetAddress("scan@contoso.example"));
        assertThat(message.getSubject()).isEqualTo("Plattenprüfung");
        assertThat(message.getHeader("Message-ID")).hasSize(1);
        assertThat(message.getHeader("Date")).hasSize(1);
        MimeMultipart parts = (MimeMultipart) message.getContent();
        assertThat(parts.getBodyPart(0).getContent().toString().strip()).isEqualTo(".hidden dot\r\nGrüße");
        assertThat(parts.getBodyPart(1).getFileName()).isEqualTo("scan.pdf");
        assertThat(parts.getBodyPart(1).getInputStream()).hasBinaryContent(PDF);
    }

    private static String scan() {
        return """
            From: Scanner OG <scan@contoso.example>
            To: office@contoso.example
            Subject: =?UTF-8?B?UGxhdHRlbnByw7xmdW5n?=
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="b"

            --b
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            ..hidden dot
            Grüße
            --b
            Content-Type: application/pdf; name="scan.pdf"
            Content-Disposition: attachment; filename="scan.pdf"
            Content-Transfer-Encoding: base64

            %s
            --b--
            """.formatted(Base64.getMimeEncoder().encodeToString(PDF).replace("\r\n", "\n"))
                .replace("\n", "\r\n");
    }
}
