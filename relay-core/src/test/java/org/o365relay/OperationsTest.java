package org.o365relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.RelayStatus.Rate;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.deliver.health.RequestedProbe;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// Queries and commands of a running relay. Its upstream refuses connections, so every message waits.
@Timeout(60)
class OperationsTest {

    private static final EmailAddress SALES = new EmailAddress("Sales", "contoso.example");
    private static final EmailAddress SCANS = new EmailAddress("scans", "contoso.example");
    private static final EmailAddress ANNA = new EmailAddress("anna", "fabrikam.example");

    @TempDir
    private Path directory;

    private final RememberingJournal journal = new RememberingJournal();
    private QueueId message;
    private RunningRelay relay;
    private Operations operations;

    @BeforeEach
    void start() throws Exception {
        try (JdbcQueue queue =
                SqliteQueue.open(Settings.queue(directory), SteadyClock.system(), RandomGenerator.getDefault())) {
            Arrival arrival = new Arrival(Instant.now(), InetAddress.ofLiteral("192.0.2.7"), "printer", "ESMTP");
            Envelope envelope = new Envelope(SCANS, List.of(ANNA), false);
            message = queue.intake()
                    .receive()
                    .commit(
                            arrival,
                            List.of(new RoutedEnvelope("sales@contoso.example", Priority.NORMAL, envelope)),
                            SearchableHeaders.NONE,
                            "Subject: Scan\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
                    .join()
                    .getFirst();
        }
        relay = relay().start();
        operations = relay.operations();
        journal.await("unreachable " + SALES, 1);
        // the journal is notified before the attempt is settled
        Polling.until("settled", () -> shown().entry().state() != MessageState.DELIVERING);
    }

    private Relay relay() {
        return new Relay(Settings.unreachable(directory, "Everybody", SALES, SCANS), journal);
    }

    @AfterEach
    void stop() {
        relay.stop();
    }

    @Test
    void reportsTheStatus() {
        RelayStatus status = operations.status("0.1.0");

        assertThat(status.running()).satisfies(running -> {
            assertThat(running.version()).isEqualTo("0.1.0");
            assertThat(running.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(running.mailboxes())
                    .extracting(MailboxStatus::mailbox)
                    .containsExactly(SALES.toString(), "" + SCANS);
            assertThat(running.mailboxes())
                    .extracting(MailboxStatus::state)
                    .containsExactly(State.RETRYING, State.OPEN);
            assertThat(running.rates())
                    .extracting(Rate::event)
                    .containsExactly("accepted", "rejected", "delivered", "deferred", "failed");
            assertThat(running.alerts()).isEmpty();
        });
        assertThat(status.queue().open()).isEqualTo(1);
        assertThat(status.disk().used()).isPositive();
        assertThat(status.disk().free()).isPositive();
    }

    @Test
    void aPausedMailboxStaysPausedAfterARestart() throws Exception {
        assertThat(operations.pause(SALES, "olga")).isTrue();
        assertThat(operations.pause(SALES, "otto")).as("already").isFalse();
        assertThat(operations.mailboxes().getFirst().state()).isEqualTo(State.PAUSED);

        relay.stop();
        relay = relay().start();
        operations = relay.operations();

        assertThat(operations.mailboxes().getFirst()).satisfies(mailbox -> {
            assertThat(mailbox.state()).isEqualTo(State.PAUSED);
            assertThat(mailbox.cause()).isEqualTo("paused by olga");
        });
        assertThat(operations
                        .resume(new EmailAddress("sales", "contoso.example"), "otto")
                        .resumed())
                .isTrue();
        assertThat(operations.mailboxes().getFirst().state()).isNotEqualTo(State.PAUSED);
        assertThat(journal.lines())
                .contains("paused Sales@contoso.example by olga", "resumed Sales@contoso.example by otto")
                .doesNotContain("paused Sales@contoso.example by otto");
    }

    @Test
    void aMailboxThatIsNoLongerConfiguredIsResumed() throws Exception {
        operations.pause(SCANS, "olga");
        relay.stop();
        relay = new Relay(Settings.unreachable(directory, "Everybody", SALES), journal).start();
        operations = relay.operations();

        assertThat(operations.resume(SCANS, "otto")).isEqualTo(new ResumeResult(true, List.of(), 0, 0));

        assertThat(journal.lines("resumed")).containsExactly("resumed scans@contoso.example by otto");
        assertThatThrownBy(() -> operations.resume(SCANS, "otto"))
                .isInstanceOf(OperationException.class)
                .hasMessageStartingWith("no mailbox scans@contoso.example is configured");
    }

    @Test
    void resumingAnOpenMailboxDoesNothing() throws Exception {
        assertThat(operations.resume(SCANS, "olga")).isEqualTo(new ResumeResult(false, List.of(), 0, 0));
        assertThat(operations.retry(SCANS, "olga")).isEqualTo(new ResumeResult(false, List.of(), 0, 0));
        assertThat(journal.lines("resumed")).isEmpty();
        assertThat(journal.lines("retried")).isEmpty();
    }

    @Test
    void aPausedMailboxIsNotRetried() throws Exception {
        operations.pause(SALES, "olga");

        assertThatThrownBy(() -> operations.retry(SALES, "otto"))
                .isInstanceOf(OperationException.class)
                .hasMessage("Sales@contoso.example is paused by olga, so it is not probed. To end the pause:"
                        + " o365-relay mailboxes resume Sales@contoso.example");
        assertThat(operations.mailboxes().getFirst().state()).isEqualTo(State.PAUSED);
        assertThat(journal.lines("retried")).isEmpty();
    }

    @Test
    void retryingAMailboxThatCannotReachItsUpstreamIsLogged() throws Exception {
        assertThat(operations.retry(SALES, "otto").probes())
                .singleElement()
                .satisfies(probe -> assertThat(probe.method()).isEqualTo(RequestedProbe.Method.SIGN_IN));
        assertThat(journal.lines("retried")).containsExactly("retried Sales@contoso.example by otto");
    }

    @Test
    void changesMessagesAndLogsTheOperator() throws Exception {
        assertThat(operations.change(new Change.Hold(), MessageFilter.ALL, "olga"))
                .isEqualTo(new ChangeResult(1, 0, ""));

        assertThat(shown().entry().state()).isEqualTo(MessageState.HELD);
        assertThat(shown().events()).last().extracting(HistoryEntry::detail).isEqualTo("by olga");
        assertThat(journal.lines("queueChanged")).containsExactly("queueChanged 1: hold by olga");
        assertThat(operations
                        .change(new Change.Hold(), MessageFilter.ALL, "olga")
                        .changed())
                .isZero();
        assertThat(journal.lines("queueChanged")).as("nothing was changed").hasSize(1);
    }

    @Test
    void redirectsToAnyMailboxOrPoolIgnoringCase() throws Exception {
        operations.pause(SCANS, "olga");

        operations.change(new Change.Redirect("SCANS@contoso.example"), MessageFilter.ALL, "olga");
        assertThat(shown().entry().mailbox()).isEqualTo("scans@contoso.example");
        operations.pause(SALES, "olga");
        operations.change(new Change.Redirect("eVERYBODY"), MessageFilter.ALL, "olga");
        assertThat(shown().entry().mailbox()).isEqualTo("Everybody");
    }

    @Test
    void bouncesThroughTheMailboxOfTheMessage() throws Exception {
        operations.pause(SALES, "olga");
        assertThat(operations.change(new Change.Bounce(), MessageFilter.of(List.of(message)), "olga"))
                .isEqualTo(new ChangeResult(1, 0, ""));

        assertThat(shown().entry().state()).isEqualTo(MessageState.FAILED);
        assertThat(journal.lines("failed"))
                .singleElement()
                .asString()
                .contains(" by olga, notice to scans@contoso.example");
        assertThat(operations.status("").running())
                .satisfies(running -> assertThat(running.rates())
                        .contains(new Rate("failed", 1, 1, 1), new Rate("accepted", 1, 1, 1)));
        assertThat(operations.reader().find(MessageFilter.ALL, Page.Order.NEWEST_FIRST, null, 1))
                .satisfies(page -> assertThat(page.entries()).singleElement().satisfies(notice -> {
                    assertThat(notice.notice()).isTrue();
                    assertThat(notice.mailbox()).isEqualTo("sales@contoso.example");
                }));
    }

    @Test
    void countsTheLastDayOverARestart() throws Exception {
        operations.pause(SALES, "olga");
        operations.change(new Change.Bounce(), MessageFilter.of(List.of(message)), "olga");
        for (int i = 0; i < 2; i++) {
            relay.stop();
            relay = relay().start();
            operations = relay.operations();
        }
        assertThat(operations.status("").running())
                .satisfies(running -> assertThat(running.rates())
                        .contains(new Rate("failed", 0, 1, 1), new Rate("accepted", 0, 1, 1)));
    }

    @Test
    void neverBouncesOrDeletesEverything() throws Exception {
        MessageFilter open = MessageFilter.ALL
                .upTo(message)
                .in(Set.of(MessageState.QUEUED, MessageState.DEFERRED, MessageState.DELIVERING, MessageState.HELD));
        for (Change change : List.of(new Change.Delete(), new Change.Bounce())) {
            for (MessageFilter everything : List.of(MessageFilter.ALL, open)) {
                assertThatThrownBy(() -> operations.change(change, everything, "olga"))
                        .isInstanceOf(OperationException.class)
                        .hasMessageEndingWith("needs message IDs or a condition");
            }
        }
        assertThat(shown().entry().state().isOpen()).isTrue();
        assertThat(operations.change(
                        new Change.Delete(), open.in(Set.of(MessageState.QUEUED, MessageState.DEFERRED)), "olga"))
                .isEqualTo(new ChangeResult(1, 0, ""));
    }

    @Test
    void rejectsInvalidCommands() {
        assertThatThrownBy(() -> operations.change(new Change.Redirect("nobody"), MessageFilter.ALL, "olga"))
                .isInstanceOf(OperationException.class)
                .hasMessage("no mailbox or pool \"nobody\" is configured; configured are: sales@contoso.example,"
                        + " scans@contoso.example, Everybody");
        assertThatThrownBy(() -> operations.change(
                        new Change.Readdress(ANNA, new EmailAddress("root", "")), MessageFilter.ALL, "olga"))
                .isInstanceOf(OperationException.class)
                .hasMessageContaining("root");
        assertThatThrownBy(() -> operations.pause(ANNA, "olga"))
                .isInstanceOf(OperationException.class)
                .hasMessage("no mailbox anna@fabrikam.example is configured; configured are: Sales@contoso.example,"
                        + " scans@contoso.example");
        assertThat(shown().events()).extracting(HistoryEntry::kind).doesNotContain("redirected");
    }

    private MessageDetail shown() {
        return operations.reader().show(message).orElseThrow();
    }
}
