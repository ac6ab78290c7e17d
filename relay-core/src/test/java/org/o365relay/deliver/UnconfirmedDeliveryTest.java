package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.queue.HistoryEntry;

/// Graph often sends a message although it answers 504, or loses the response.
class UnconfirmedDeliveryTest {

    private static final String SCAN = "From: scan@contoso.example\r\nSubject: Scan\r\n\r\nhello\r\n";

    private static final Response TIMEOUT = new Response(
                    Step.END_OF_CONTENT, Reply.plain(504, "UnknownError: no message"), Origin.GRAPH)
            .withUnconfirmed(true);
    private static final Response LOST =
            FakeUpstream.network(Step.END_OF_CONTENT).withUnconfirmed(true);
    private static final Response NOT_IN_SENT_ITEMS = TIMEOUT.withUnconfirmed(false);

    @TempDir
    private Path directory;

    private DeliveryFixture relay;

    @BeforeEach
    void open() throws Exception {
        relay = new DeliveryFixture(directory);
        relay.upstream.lookingUp();
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void repeatsAMessageThreeTimesAtMostAndNotifiesTheAdminOnly() throws Exception {
        QueueId id = relay.accept("scan@contoso.example", SCAN, "anna@contoso.example", "bert@contoso.example");

        deliverAfter(Duration.ZERO, TIMEOUT);
        deliverAfter(Duration.ofMinutes(1), LOST);
        restart();
        deliverAfter(Duration.ofMinutes(5), TIMEOUT);
        assertThat(relay.journal.lines("failed")).isEmpty();
        deliverAfter(Duration.ofMinutes(30), TIMEOUT);

        assertThat(relay.journal.lines("failed"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("notice to it@contoso.example"));
        List<HistoryEntry> events = relay.queue.notices().history(id);
        assertThat(events)
                .filteredOn(event -> event.kind().equals("failed"))
                .hasSize(2)
                .allSatisfy(event -> {
                    assertThat(event.reason()).isEqualTo("probably-delivered");
                    assertThat(event.uncertain()).isTrue();
                    assertThat(event.detail()).contains("504 UnknownError", "(the message may have been sent)");
                });
        assertThat(events)
                .filteredOn(event -> event.kind().equals("deferred"))
                .hasSize(6)
                .allSatisfy(event -> assertThat(event.reason()).isEqualTo("graph-timeout"));
        relay.deliverDue();
        FakeUpstream.Sent email = relay.upstream.sent().getLast();
        assertThat(email.message().recipients()).singleElement().hasToString("it@contoso.example");
        assertThat(email.content())
                .contains("Probably delivered, but not confirmed", "<anna@contoso.example>, <bert@contoso.example>")
                .contains("504 UnknownError")
                .doesNotContain("multipart/report", "Not delivered");
        relay.clock.advance(Duration.ofDays(6));
        relay.deliverDue();
        assertThat(relay.upstream.sent())
                .as("attempts after the restart, and the email")
                .hasSize(3);
    }

    @Test
    void keepsTryingWhileAMessageIsCertainlyNotInSentItems() throws Exception {
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        deliverAfter(Duration.ZERO, TIMEOUT);
        for (int repeat = 0; repeat < 5; repeat++) {
            restart();
            deliverAfter(Duration.ofHours(2), NOT_IN_SENT_ITEMS);
            assertThat(relay.upstream.repeats()).isEqualTo(1);
        }
        deliverAfter(Duration.ofHours(2), FakeUpstream.OK);

        assertThat(relay.journal.lines("failed")).isEmpty();
        assertThat(relay.journal.lines("delivered")).hasSize(1);
    }

    @Test
    void doesNotCallAMessageUndeliveredThatExpiresUnconfirmed() throws Exception {
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        for (int attempt = 0; attempt < 6; attempt++) {
            restart(); // so that the upstream does not count as unreachable
            deliverAfter(
                    Duration.ofDays(1),
                    new Response(Step.END_OF_CONTENT, Reply.plain(503, "ServiceUnavailable: no"), Origin.GRAPH));
        }
        deliverAfter(Duration.ofDays(1), TIMEOUT);

        assertThat(relay.journal.lines("failed")).singleElement().asString().contains("notice to it@contoso.example");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        END_OF_CONTENT | GRAPH   | 503 ServiceUnavailable: no                    | true
        END_OF_CONTENT | GRAPH   | 503 CommandConcurrencyLimitReached: no        | false
        END_OF_CONTENT | GRAPH   | 412 ErrorIrresolvableConflict: no             | false
        END_OF_CONTENT | NETWORK | 451 4.4.2 lost                                | true
        CONTENT        | GRAPH   | 503 ServiceUnavailable: no                    | false
        """)
    void looksAMessageUpOnlyIfItMayHaveBeenSent(Step step, Origin origin, String reply, boolean isRepeat) {
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        deliverAfter(Duration.ZERO, new Response(step, Reply.parse(reply).orElseThrow(), origin));
        deliverAfter(Duration.ofHours(1), FakeUpstream.OK);

        assertThat(relay.journal.lines("delivered")).hasSize(1);
        assertThat(relay.upstream.repeats()).isEqualTo(isRepeat ? 1 : 0);
    }

    @Test
    void looksAMessageUpWhoseAttemptWasInterrupted() throws Exception {
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        assertThat(relay.queue.claims().claim(relay.sender.claimScope(), 1)).hasSize(1);
        restart();
        deliverAfter(Duration.ZERO, FakeUpstream.OK);

        assertThat(relay.journal.lines("delivered")).hasSize(1);
        assertThat(relay.upstream.repeats()).isEqualTo(1);
    }

    /// Delivers the message after this delay, but not much earlier.
    private void deliverAfter(Duration delay, Response response) {
        Instant due = relay.clock.instant().plus(delay);
        if (delay.compareTo(Duration.ofHours(1)) < 0 && delay.isPositive()) {
            relay.clock.advance(delay.minusSeconds(1));
            int attempts = relay.upstream.sent().size();
            relay.deliverDue();
            assertThat(relay.upstream.sent()).as("before " + due).hasSize(attempts);
            relay.clock.advance(delay.dividedBy(8));
        } else {
            relay.clock.advance(delay);
        }
        relay.upstream.answer(response);
        relay.deliverDue();
    }

    private void restart() throws Exception {
        relay.close();
        relay = new DeliveryFixture(directory, relay.clock, DeliveryFixture.NOTICES, DeliveryFixture.UNLIMITED);
        relay.upstream.lookingUp();
    }
}
