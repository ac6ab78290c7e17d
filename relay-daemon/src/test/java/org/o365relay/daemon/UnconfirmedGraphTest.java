package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Polling;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// Graph sends the message, but answers with an error of its gateway, or not at all.
@Timeout(60)
final class UnconfirmedGraphTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path office;

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private RelayFixture relay;

    @AfterEach
    void close() {
        relay.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "graph/sendMail:504-after-accepting*1",
                "graph/sendMail:502-after-accepting*1",
                "graph/sendMail:503-after-accepting*1",
                "graph/sendMail:drop-after-accepting*1"
            })
    void findsTheMessageInSentItemsInsteadOfSendingACopy(String fault) throws Exception {
        start("Mail.Send", "Mail.ReadBasic.All");
        relay.with(fault);

        String id = send("scan");

        assertThat(relay.journal().await("delivered", 1)).hasSize(1);
        assertThat(relay.office().callCounts().of("sentitems")).isEqualTo(1);
        assertThat(relay.office().acceptedCount()).isEqualTo(1);
        List<HistoryEntry> history = relay.history(id);
        assertThat(history).extracting(HistoryEntry::kind).containsExactly("deferred", "delivered");
        assertThat(history.getFirst().uncertain()).isTrue();
        assertThat(history.getLast().detail()).contains("Found in Sent Items");
    }

    @Test
    void findsALargeMessageThatWasSentAsADraft() throws Exception {
        start("Mail.Send", "Mail.ReadWrite");
        relay.with("graph/send:504-after-accepting*1");

        String id;
        try (Device device = relay.device()) {
            String file = ("A".repeat(76) + "\r\n").repeat(40_000);
            id = device.sendContent("From: scan@contoso.example\r\nSubject: large\r\nMIME-Version: 1.0\r\n"
                    + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n"
                    + "Content-Type: application/pdf; name=scan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + file
                    + "--b--\r\n");
        }

        assertThat(relay.journal().await("delivered", 1)).hasSize(1);
        assertThat(relay.office().acceptedCount()).isEqualTo(1);
        assertThat(relay.history(id).getLast().detail()).contains("Found in Sent Items");
    }

    @Test
    void looksForTheMessageAfterARestart() throws Exception {
        start("Mail.Send", "Mail.Read");
        relay.with("graph/sendMail:504-after-accepting*1");
        String id = send("scan");
        relay.journal().await("deferred", 1);
        relay.stop();
        startAgain();

        assertThat(relay.journal().await("delivered", 1)).hasSize(1);
        assertThat(relay.office().acceptedCount()).isEqualTo(1);
        assertThat(relay.history(id).getLast().detail()).contains("Found in Sent Items");
    }

    @Test
    void sendsFourCopiesAtMostIfTheAppMayNotReadMail() throws Exception {
        start("Mail.Send");
        relay.with("graph/sendMail:504-after-accepting*3");
        String id = send("scan");
        relay.journal().await("deferred", 3);
        // after three losses, the relay first checks the upstream with a request that sends nothing
        Polling.until("a check", () -> relay.office().callCounts().of("sendMail") == 4);
        relay.with("graph/sendMail:504-after-accepting*1");

        assertThat(relay.journal().await("failed", 1))
                .singleElement()
                .asString()
                .contains("notice to it@contoso.example");
        AcceptedMessage email = relay.office()
                .await(message -> !"scan".equals(message.subject()), Duration.ofSeconds(20))
                .orElseThrow();
        assertThat(email.envelopeTo()).containsExactly("it@contoso.example");
        assertThat(email.subject()).startsWith("Probably delivered, but not confirmed");
        assertThat(relay.office().accepted())
                .filteredOn(message -> "scan".equals(message.subject()))
                .hasSize(4);
        List<HistoryEntry> history = relay.history(id);
        assertThat(history)
                .extracting(HistoryEntry::kind)
                .containsExactly("deferred", "deferred", "deferred", "failed");
        assertThat(history.getLast().reason()).isEqualTo("probably-delivered");
    }

    private void start(String... roles) throws Exception {
        relay = new RelayFixture(
                directory,
                RelayFixture.whole(office, new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD))
                        .withApps(AppRegistration.withSecret(ConfigText.APP, ConfigText.SECRET)
                                .withRoles(roles)));
        startAgain();
    }

    private void startAgain() throws Exception {
        relay.start(
                ConfigText.mailboxes(
                        relay.office(),
                        ConfigText.address(ConfigText.MAILBOX)
                                + ConfigText.graph(relay.office())
                                + ConfigText.app(relay.office(), "client-secret", ConfigText.secret())),
                "relay.notices.admin = \"it@contoso.example\"",
                "relay.retry.first-delay = 400ms");
    }

    private String send(String subject) throws Exception {
        try (Device device = relay.device()) {
            return device.send(subject);
        }
    }
}
