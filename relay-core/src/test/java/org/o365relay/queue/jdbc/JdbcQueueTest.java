package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;
import static org.o365relay.queue.jdbc.QueueFixture.CARL;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Polling;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.Settlement;

@Timeout(60)
class JdbcQueueTest {

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void storesTheDsnRequest() {
        DsnRequest report = new DsnRequest(
                "a + b = c",
                DsnRequest.ReturnedContent.FULL,
                Map.of(
                        ANNA, new DsnRequest.ForRecipient(Set.of(), null),
                        CARL,
                                new DsnRequest.ForRecipient(
                                        Set.of(DsnRequest.NotifyCondition.SUCCESS, DsnRequest.NotifyCondition.DELAY),
                                        new OriginalRecipient("rfc822", "carl+=@contoso.example"))));
        Envelope envelope =
                new Envelope(QueueFixture.PRINTER, List.of(ANNA, BERT, CARL), false, BodyType.BINARY, report);
        fixture.queue()
                .intake()
                .receive()
                .commit(fixture.arrival(), QueueFixture.routed(envelope), SearchableHeaders.NONE, new byte[] {0, 13, 10
                })
                .join();
        fixture.close();

        assertThat(fixture.claimOne().envelope()).isEqualTo(envelope);
    }

    @Test
    void storesEnvelopeAndContent() {
        Envelope envelope = new Envelope(null, List.of(ANNA, address("\"b c\"@exämple.org"), BERT), true);
        Arrival arrival = new Arrival(fixture.clock.instant(), InetAddress.ofLiteral("fd00::7"), "", "UTF8SMTP");
        byte[] content = QueueFixture.content(1, 3_000);
        QueueId id = fixture.queue()
                .intake()
                .receive()
                .commit(arrival, QueueFixture.routed(envelope), SearchableHeaders.NONE, content)
                .join()
                .getFirst();

        Claim claim = fixture.claimOne();

        assertThat(claim.id()).isEqualTo(id);
        assertThat(claim.arrival()).isEqualTo(arrival);
        assertThat(claim.envelope()).isEqualTo(envelope);
        assertThat(claim.recipients()).extracting(Recipient::address).containsExactlyElementsOf(envelope.recipients());
        assertThat(claim.size()).isEqualTo(3_000);
        assertThat(claim.attempts()).isEqualTo(1);
        assertThat(claim.notice()).isFalse();
        assertThat(fixture.read(claim)).isEqualTo(content);
    }

    @Test
    void claimsTheLongestDueFirstWhateverTheOrderOfArrival() {
        List<QueueId> arrived = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            arrived.add(fixture.accept("message " + i, ANNA));
        }
        Instant start = fixture.clock.instant();
        List<Claim> claims = fixture.claim(8);
        for (int i = 0; i < 8; i++) {
            // the last to arrive is the first to be due
            settle(claims.get(i), QueueFixture.deferred(claims.get(i), start.plusSeconds(100 - i)));
        }
        fixture.clock.advance(Duration.ofSeconds(100));

        List<Claim> first = fixture.claim(5);
        List<Claim> rest = fixture.claim(5);

        assertThat(first)
                .extracting(Claim::id)
                .containsExactlyElementsOf(arrived.reversed().subList(0, 5));
        assertThat(rest)
                .extracting(Claim::id)
                .containsExactlyElementsOf(arrived.reversed().subList(5, 8));
    }

    @Test
    void aLeaseExcludesOtherClaimsUntilItEnds() {
        QueueId id = fixture.accept("scan", ANNA);
        assertThat(fixture.claimOne().attempts()).isEqualTo(1);
        fixture.clock.advance(JdbcClaims.LEASE.minusMillis(1));
        assertThat(fixture.claim(10)).isEmpty();
        fixture.clock.advance(Duration.ofMillis(1));
        Claim again = fixture.claimOne();
        assertThat(again.id()).isEqualTo(id);
        assertThat(again.attempts()).isEqualTo(2);
    }

    @Test
    void aStaleLeaseSettlesNothing() {
        QueueId id = fixture.accept("scan", ANNA);
        Claim stale = fixture.claimOne();
        fixture.clock.advance(JdbcClaims.LEASE);
        Claim current = fixture.claimOne();

        assertThatThrownBy(() -> fixture.queue()
                        .claims()
                        .settle(
                                stale,
                                QueueFixture.failed(stale),
                                List.of(fixture.notice("never to be seen")),
                                List.of()))
                .isInstanceOfSatisfying(
                        QueueException.class, e -> assertThat(e.isFinal()).isTrue())
                .hasMessageContaining(id.toString())
                .hasMessageContaining("lease");

        assertThat(fixture.queue().notices().history(id))
                .as("the holder of the lease may have delivered it")
                .extracting(HistoryEntry::kind, HistoryEntry::uncertain)
                .containsExactly(tuple("interrupted", true));
        assertThat(fixture.number("SELECT count(*) FROM message")).isEqualTo(1);
        assertThat(fixture.text(current)).isEqualTo("scan");
        settle(current, QueueFixture.delivered(current));
        assertThatThrownBy(() -> settle(current, QueueFixture.delivered(current)))
                .isInstanceOf(QueueException.class);
        assertThat(fixture.queue().notices().history(id))
                .extracting(HistoryEntry::kind)
                .containsExactly("interrupted", "delivered");
    }

    @Test
    void settlesEachRecipientSeparately() {
        QueueId id = fixture.accept("report", ANNA, BERT, CARL);
        Claim claim = fixture.claimOne();
        Instant next = fixture.clock.instant().plusSeconds(60);
        Map<Recipient, Outcome> outcomes = Map.of(
                claim.recipients().get(0), new Delivered(QueueFixture.OK),
                claim.recipients().get(1), new Deferred(QueueFixture.LATER),
                claim.recipients().get(2), new Failed(QueueFixture.NEVER));
        settle(claim, new Settlement(outcomes, next, true, "smtp.example:587", QueueFixture.MAILBOX));

        fixture.clock.advance(Duration.ofSeconds(60).minusMillis(1));
        assertThat(fixture.claim(1)).isEmpty();
        fixture.clock.advance(Duration.ofMillis(1));
        Claim second = fixture.claimOne();
        assertThat(second.recipients()).containsExactly(new Recipient(1, BERT));
        assertThat(second.envelope().recipients()).containsExactly(ANNA, BERT, CARL);
        assertThat(second.attempts()).isEqualTo(2);
        assertThat(fixture.text(second)).isEqualTo("report");
        settle(second, QueueFixture.delivered(second));

        assertThat(fixture.queue().notices().history(id))
                .extracting(HistoryEntry::recipient, HistoryEntry::kind, HistoryEntry::detail)
                .containsExactly(
                        tuple(0, "delivered", "250 2.0.0 Ok"),
                        tuple(1, "deferred", "451 4.7.500 Server busy"),
                        tuple(2, "failed", "550 5.1.10 Recipient not found"),
                        tuple(1, "delivered", "250 2.0.0 Ok"));
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isZero();
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void aMailboxFailureCountsNoAttempt() {
        QueueId id = fixture.accept("alert", ANNA);
        for (int round = 0; round < 3; round++) {
            Claim claim = fixture.claimOne();
            assertThat(claim.attempts()).isEqualTo(1);
            settle(
                    claim,
                    new Settlement(
                            QueueFixture.outcomes(claim, _ -> new Deferred(QueueFixture.LATER)),
                            fixture.clock.instant(),
                            false,
                            "smtp.example:587",
                            QueueFixture.MAILBOX));
        }
        assertThat(fixture.queue().notices().history(id))
                .extracting(HistoryEntry::kind)
                .containsExactly("postponed", "postponed", "postponed");
    }

    @Test
    void queuesTheNoticeWithTheSettlement() {
        QueueId id = fixture.accept("scan", ANNA);
        Claim claim = fixture.claimOne();
        List<QueueId> notices = fixture.queue()
                .claims()
                .settle(
                        claim,
                        QueueFixture.failed(claim),
                        List.of(fixture.notice("could not"), fixture.notice("could not, either")),
                        List.of());

        List<Claim> due = fixture.claim(10);
        assertThat(due).extracting(Claim::id).containsExactlyElementsOf(notices).doesNotContain(id);
        assertThat(due)
                .allMatch(Claim::notice)
                .extracting(fixture::text)
                .containsExactly("could not", "could not, either");
        assertThat(due.getFirst().envelope().returnPath()).isEmpty();
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void aNoticeThatCannotBeWrittenLeavesTheMessageUnsettled() {
        QueueId id = fixture.accept("scan", ANNA);
        Claim claim = fixture.claimOne();
        fixture.execute("CREATE TRIGGER broken BEFORE INSERT ON message BEGIN SELECT raise(ABORT, 'no room'); END");
        assertThatThrownBy(() -> fixture.queue()
                        .claims()
                        .settle(claim, QueueFixture.failed(claim), List.of(fixture.notice("could not")), List.of()))
                .isInstanceOfSatisfying(
                        QueueException.class, e -> assertThat(e.isFinal()).isFalse())
                .hasMessageContaining("no room");
        assertThat(fixture.queue().notices().history(id)).isEmpty();
        assertThat(fixture.text(claim)).isEqualTo("scan");

        fixture.execute("DROP TRIGGER broken");
        fixture.queue()
                .claims()
                .settle(claim, QueueFixture.failed(claim), List.of(fixture.notice("could not")), List.of());
        assertThat(fixture.claimOne().notice()).isTrue();
    }

    @Test
    void requiresAnOutcomeForEveryOpenRecipient() {
        fixture.accept("report", ANNA, BERT);
        Claim claim = fixture.claimOne();
        Settlement half = new Settlement(
                Map.of(claim.recipients().getFirst(), new Delivered(QueueFixture.OK)),
                null,
                true,
                "smtp.example:587",
                QueueFixture.MAILBOX);
        assertThatThrownBy(() -> settle(claim, half)).isInstanceOf(IllegalArgumentException.class);
        assertThat(fixture.text(claim)).as("its content is still there").isEqualTo("report");
    }

    @Test
    void deletesHistoryAfterItsRetention() {
        QueueId old = settled("old");
        fixture.clock.advance(Duration.ofDays(2));
        QueueId recent = settled("recent");
        QueueId open = fixture.accept("open", ANNA);

        fixture.deleteHistoryBefore(fixture.clock.instant().minus(Duration.ofDays(1)));

        assertThat(fixture.queue().notices().history(old)).isEmpty();
        assertThat(fixture.queue().notices().history(recent)).hasSize(1);
        assertThat(fixture.claimOne().id()).isEqualTo(open);
        assertThat(fixture.number("SELECT count(*) FROM message")).isEqualTo(2);
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void deletesHistoryInSeveralBatches() {
        for (int i = 0; i < 1_100; i++) {
            var _ = fixture.queue()
                    .intake()
                    .receive()
                    .commit(
                            fixture.arrival(),
                            QueueFixture.routed(QueueFixture.envelope(ANNA)),
                            SearchableHeaders.NONE,
                            new byte[] {'.'});
        }
        fixture.accept("the last one", ANNA);
        fixture.claim(2_000).forEach(claim -> settle(claim, QueueFixture.delivered(claim)));
        fixture.clock.advance(Duration.ofMillis(1));
        fixture.deleteHistoryBefore(fixture.clock.instant());
        assertThat(fixture.number("SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM recipient)"
                        + " + (SELECT count(*) FROM event)"))
                .isZero();
    }

    @Test
    void returnsEventsInOrderEvenWithinAMillisecond() {
        QueueId id = fixture.accept("scan", ANNA, BERT);
        for (int attempt = 0; attempt < 3; attempt++) {
            Claim claim = fixture.claimOne();
            settle(claim, QueueFixture.deferred(claim, fixture.clock.instant()));
        }
        Claim claim = fixture.claimOne();
        settle(claim, QueueFixture.delivered(claim));
        assertThat(fixture.queue().notices().history(id))
                .extracting(event -> event.kind() + " " + event.recipient())
                .containsExactly(
                        "deferred 0",
                        "deferred 1",
                        "deferred 0",
                        "deferred 1",
                        "deferred 0",
                        "deferred 1",
                        "delivered 0",
                        "delivered 1");
    }

    @Test
    void returnsNoEventsOfAnUnknownMessage() {
        assertThat(fixture.queue().notices().history(new QueueId(42))).isEmpty();
    }

    @Test
    void awaitDueWakesWhenAMessageIsCommitted() throws Exception {
        fixture.queue().claims().awaitDue(QueueFixture.SCOPE, Duration.ZERO);
        Thread waiter = Thread.ofPlatform().start(() -> {
            try {
                fixture.queue().claims().awaitDue(QueueFixture.SCOPE, Duration.ofHours(1));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Polling.until("the thread waits", () -> waiter.getState() == Thread.State.TIMED_WAITING);
        fixture.accept("scan", ANNA);
        assertThat(waiter.join(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void awaitDueWakesWhenTheNextMessageIsDue() throws Exception {
        fixture.accept("scan", ANNA);
        Claim claim = fixture.claimOne();
        settle(claim, QueueFixture.deferred(claim, fixture.clock.instant().plusMillis(80)));
        fixture.queue().claims().awaitDue(QueueFixture.SCOPE, Duration.ZERO); // what the commit had raised
        long before = System.nanoTime();
        fixture.queue().claims().awaitDue(QueueFixture.SCOPE, Duration.ofHours(1));
        Duration waited = Duration.ofNanos(System.nanoTime() - before);
        assertThat(waited).isBetween(Duration.ofMillis(80), Duration.ofSeconds(30));
    }

    @Test
    void failsEveryCallAfterClose() {
        QueueId id = fixture.accept("scan", ANNA);
        JdbcQueue queue = fixture.queue();
        Claim claim = fixture.claimOne();
        Incoming late = queue.intake().receive();
        queue.close();
        queue.close();
        for (Runnable call : List.<Runnable>of(
                () -> queue.claims().claim(QueueFixture.SCOPE, 1),
                () -> queue.claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of()),
                () -> queue.notices().history(id))) {
            assertThatThrownBy(call::run)
                    .isInstanceOfSatisfying(
                            QueueException.class, e -> assertThat(e.isFinal()).isTrue())
                    .hasMessage("the queue is closed");
        }
        assertThatThrownBy(() -> queue.claims().awaitDue(QueueFixture.SCOPE, Duration.ofHours(1)))
                .isInstanceOf(QueueException.class);
        assertThatThrownBy(() -> queue.claims().content(claim).read()).hasMessageContaining("the queue is closed");
        assertThat(late.append(new byte[1])).isCompletedExceptionally();
    }

    private void settle(Claim claim, Settlement settlement) {
        assertThat(fixture.queue().claims().settle(claim, settlement, List.of(), List.of()))
                .isEmpty();
    }

    private QueueId settled(String content) {
        QueueId id = fixture.accept(content, ANNA);
        Claim claim = fixture.claimOne();
        settle(claim, QueueFixture.delivered(claim));
        return id;
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
