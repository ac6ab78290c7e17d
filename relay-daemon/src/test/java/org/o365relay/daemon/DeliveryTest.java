package org.o365relay.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.sandbox.message.AcceptedMessage;

/// What becomes of a message, from the device to Office 365.
@Timeout(60)
final class DeliveryTest extends EndToEnd {

    @Test
    void deliversAScanWithItsAttachmentFromTheMailbox() throws Exception {
        relay.start();
        byte[] pdf = ("%PDF-1.7\n" + "0123456789ä\n".repeat(20_000)).getBytes(UTF_8);

        send(scan(pdf), "sales@contoso.example", "m.keller@contoso.example");

        AcceptedMessage arrived = relay.received(1).getFirst();
        assertThat(arrived.envelopeFrom()).isEqualTo(ConfigText.MAILBOX);
        assertThat(arrived.envelopeTo()).containsExactly("sales@contoso.example", "m.keller@contoso.example");
        assertThat(arrived.from()).isEqualTo("\"Scanner 2. OG\" <relay@contoso.example>");
        assertThat(arrived.user()).isEqualTo(ConfigText.MAILBOX);
        assertThat(arrived.mechanism()).isEqualTo("LOGIN");
        assertThat(arrived.tls()).isIn("TLSv1.2", "TLSv1.3");
        MimeMessage message = parsed(arrived);
        assertThat(message.getReplyTo()).containsExactly(new InternetAddress("scan@contoso.example"));
        assertThat(message.getHeader("Received")).hasSize(1);
        MimeMultipart parts = (MimeMultipart) message.getContent();
        assertThat(parts.getBodyPart(1).getInputStream()).hasBinaryContent(pdf);
    }

    @Test
    void queuesMailWhileTheUpstreamIsDownAndDeliversItAfterwards() throws Exception {
        relay.start();
        relay.stopOffice();
        String id;
        try (Device device = relay.device()) {
            id = device.send("while nobody is there");
        }
        assertThat(relay.journal().await("unreachable", 1).getFirst()).contains("connection refused by localhost");

        relay.startOfficeAgain();

        assertThat(relay.received(1)).extracting(AcceptedMessage::subject).containsExactly("while nobody is there");
        assertThat(relay.journal().await("delivered " + id, 1).getFirst()).contains("attempt 1:");
        assertThat(relay.journal().lines("reachable")).hasSize(1);
        assertThat(relay.journal().lines("failed")).isEmpty();
    }

    @Test
    void retriesAMessageThatTheUpstreamDeferred() throws Exception {
        relay.with("content:451 4.7.0 Temporary server error. Please try again later. PRX4*2")
                .start();
        try (Device device = relay.device()) {
            device.send("third time lucky");
        }
        relay.received(1);
        assertThat(relay.journal().await("delivered", 1).getFirst()).contains("attempt 3");
        assertThat(relay.journal().lines("deferred"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("451 4.7.0 Temporary server error"));
        assertThat(relay.office().accepted()).hasSize(1);
    }

    @Test
    void deliversToTheOtherRecipientsIfOneIsRejectedAndNotifiesTheSender() throws Exception {
        relay.with("rcpt/bob@example.org:550 5.1.10 Recipient not found").start();
        try (Device device = relay.device()) {
            device.send("for three", "ann@example.org", "bob@example.org", "eve@example.org");
        }
        List<AcceptedMessage> arrived = relay.received(2);
        assertThat(arrived.getFirst().envelopeTo()).containsExactly("ann@example.org", "eve@example.org");
        AcceptedMessage notice = arrived.get(1);
        assertThat(notice.envelopeTo()).containsExactly("scan@mfp.contoso.example");
        assertThat(parsed(notice).getContentType()).contains("multipart/report", "delivery-status");
        assertThat(new String(notice.content(), UTF_8))
                .contains("Final-Recipient: rfc822; bob@example.org", "Status: 5.1.10", "Action: failed")
                .doesNotContain("Final-Recipient: rfc822; ann@example.org");
        assertThat(relay.journal().await("failed", 1))
                .singleElement()
                .asString()
                .contains("to bob@example.org", "notice to scan@mfp.contoso.example");
    }

    @Test
    void reportsAPossibleDuplicateAndSendsIdenticalCopies() throws Exception {
        relay.with("content:drop-after-accepting*1").start();
        String id;
        try (Device device = relay.device()) {
            id = device.send("twice");
        }
        List<AcceptedMessage> copies = relay.received(2);
        relay.journal().await("delivered " + id, 1);

        assertThat(relay.journal().lines("deferred " + id))
                .singleElement()
                .asString()
                .endsWith("may have arrived");
        assertThat(copies)
                .extracting(AcceptedMessage::messageId)
                .containsOnly(copies.getFirst().messageId());
        assertThat(parsed(copies.getFirst()).getHeader("Date"))
                .isNotNull()
                .isEqualTo(parsed(copies.get(1)).getHeader("Date"));
        assertThat(relay.history(id)).extracting(HistoryEntry::kind).containsExactly("deferred", "delivered");
    }

    @Test
    void continuesWhenATlsHandshakeHangs() throws Exception {
        relay.with("handshake:hang*1").start("relay.mailbox-defaults.upstream.reply-timeout = 300ms");
        try (Device device = relay.device()) {
            device.send("after the hang");
        }
        relay.received(1);
        assertThat(relay.journal().lines("unreachable"))
                .singleElement()
                .asString()
                .contains("timed out after 300 ms during the TLS handshake");
        assertThat(relay.journal().lines("blocked")).isEmpty();
    }

    @Test
    void sendsFiftyMessagesOverTwoConnections() throws Exception {
        relay.start();
        try (Device device = relay.device()) {
            for (int i = 0; i < 50; i++) {
                device.send("message " + i);
            }
        }
        relay.received(50);
        assertThat(relay.office().connections()).isLessThanOrEqualTo(2);
        assertThat(relay.office().handshakes()).isLessThanOrEqualTo(2);
    }

    private void send(MimeMessage message, String... recipients) throws MessagingException {
        Properties properties = new Properties();
        properties.put("mail.smtp.host", "127.0.0.1");
        properties.put("mail.smtp.port", Integer.toString(relay.address().getPort()));
        properties.put("mail.smtp.from", "scanner@mfp-2.local");
        try (SMTPTransport transport =
                (SMTPTransport) Session.getInstance(properties).getTransport("smtp")) {
            transport.connect();
            transport.sendMessage(message, InternetAddress.parse(String.join(",", recipients)));
        }
    }

    private static MimeMessage scan(byte[] pdf) throws MessagingException {
        MimeBodyPart text = new MimeBodyPart();
        text.setText("see the attachment, Grüße");
        MimeBodyPart attachment = new MimeBodyPart();
        attachment.setContent(pdf, "application/pdf");
        attachment.setFileName("scan.pdf");
        MimeMessage message = new MimeMessage((Session) null);
        message.setHeader("From", "Scanner 2. OG <scan@contoso.example>");
        message.setSubject("Scan");
        message.setContent(new MimeMultipart(text, attachment));
        message.saveChanges();
        return message;
    }

    private static MimeMessage parsed(AcceptedMessage message) throws IOException, MessagingException {
        return new MimeMessage(null, new ByteArrayInputStream(message.content()));
    }
}
