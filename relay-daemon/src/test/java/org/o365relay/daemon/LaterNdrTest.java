package org.o365relay.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Polling;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// What Exchange says later than with its 250.
@Timeout(60)
final class LaterNdrTest {

    private static final String UNKNOWN = "nobody@contoso.example";
    private static final String SENDER = "scan@mfp.contoso.example";
    private static final String NOT_FOUND =
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup";

    @TempDir
    Path office;

    @TempDir
    Path directory;

    private RelayFixture relay;

    @BeforeEach
    void open() throws Exception {
        relay = new RelayFixture(
                directory, RelayFixture.whole(office, new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD)));
        start();
        Polling.until(
                "the first scan, which skips existing messages, is over",
                () -> relay.office().callCounts().of("messages") > 1);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void notifiesTheSenderOnceAndRecordsALaterNdr() throws Exception {
        AcceptedMessage sent = send("Scan 1", UNKNOWN);
        relay.office()
                .receive(ConfigText.MAILBOX, "Hello", "text/plain", "Subject: Hello\r\n\r\nHello".getBytes(UTF_8));
        relay.office().reportUndelivered(sent, UNKNOWN, NOT_FOUND);
        relay.journal().await("ndr", 1);
        AcceptedMessage notice = relay.received("Not delivered: Scan 1");
        assertThat(notice.envelopeTo()).containsExactly(SENDER);
        assertThat(new String(notice.content(), UTF_8))
                .contains(UNKNOWN, "RecipientNotFound", "Status: 5.1.10")
                .contains("dns; AM0PR04MB0000.eurprd04.prod.outlook.com");

        relay.stop();
        start();
        AcceptedMessage other = send("Scan 2\r\nMessage-ID: <own-2@mfp>", UNKNOWN);
        relay.office().reportUndelivered(other, UNKNOWN, NOT_FOUND);
        relay.journal().await("ndr", 2);
        relay.received("Not delivered: Scan 2");
        assertThat(relay.journal().lines("ndr")).hasSize(2);

        List<HistoryEntry> history = relay.history(id(sent));
        assertThat(history).extracting(HistoryEntry::kind).containsExactly("delivered", "ndr");
        assertThat(history.getLast().detail()).isEqualTo(NOT_FOUND);
        assertThat(history.getLast().recipient()).isZero();
        assertThat(history.getLast().upstream()).isEqualTo("AM0PR04MB0000.eurprd04.prod.outlook.com");
    }

    @Test
    void onlyRecordsAnNdrForItsOwnNotice() throws Exception {
        AcceptedMessage sent = send("Scan", UNKNOWN);
        relay.office().reportUndelivered(sent, UNKNOWN, NOT_FOUND);
        AcceptedMessage notice = relay.received("Not delivered: Scan");
        relay.office().reportUndelivered(notice, SENDER, NOT_FOUND);
        List<String> bounced = relay.journal().await("ndr", 2);
        assertThat(bounced.getLast()).contains("to " + SENDER).endsWith("notice to null");
        assertThat(relay.office().acceptedCount()).isEqualTo(2);
    }

    @Test
    void ignoresReportsAboutForeignMessages() throws Exception {
        AcceptedMessage sent = send("Scan", UNKNOWN);
        String foreign = "From: a@x.example\r\nMessage-ID: <theirs@x.example>\r\n\r\n";
        relay.office()
                .receive(
                        ConfigText.MAILBOX,
                        "Undeliverable",
                        "multipart/report; report-type=delivery-status; boundary=b",
                        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
                                        + "--b\r\n"
                                        + "Content-Type: message/delivery-status\r\n\r\n"
                                        + "Reporting-MTA: dns;x\r\n\r\n"
                                        + "Final-Recipient: rfc822;a@b.example\r\n"
                                        + "Action: failed\r\n"
                                        + "Status: 5.1.1\r\n\r\n"
                                        + "--b\r\n"
                                        + "Content-Type:"
                                        + " message/rfc822\r\n\r\n" + foreign + "--b--\r\n")
                                .getBytes(UTF_8));
        relay.office().reportUndelivered(sent, UNKNOWN, NOT_FOUND);
        assertThat(relay.journal().await("ndr", 1)).singleElement().asString().contains("to " + UNKNOWN);
    }

    private void start() throws Exception {
        relay.start(ConfigText.mailboxes(
                relay.office(),
                ConfigText.address(ConfigText.MAILBOX)
                        + ConfigText.smtp(relay.office())
                        + ConfigText.app(relay.office(), "client-secret", ConfigText.secret())
                        + "ndr { source = graph, graph-url = \""
                        + relay.office().origin() + "\", poll-interval = 1s }"));
    }

    private AcceptedMessage send(String subject, String recipient) throws Exception {
        try (Device device = relay.device()) {
            device.sendContent(
                    "From: Printer <printer@contoso.example>\r\nSubject: " + subject + "\r\n\r\nhello\r\n", recipient);
        }
        return relay.received(subject.split("\r", 2)[0]);
    }

    private static String id(AcceptedMessage sent) {
        return String.valueOf(sent.messageId()).substring(1, 14);
    }
}
