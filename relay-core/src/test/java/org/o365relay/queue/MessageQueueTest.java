package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.o365relay.queue.QueueFixture.ANNA;
import static org.o365relay.queue.QueueFixture.BERT;
import static org.o365relay.queue.QueueFixture.CARL;

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

@Timeout(60)
class MessageQueueTest {

    private QueueFixture house;

    @BeforeEach
    void open(@TempDir Path directory) {
        house = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void givesBackWhatTheSenderWantsToHear() {
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
        house.queue()
                .receive()
                .commit(house.arrival(), QueueFixture.routed(envelope), new byte[] {0, 13, 10})
                .join();
        house.close();

        assertThat(house.claimOne().envelope()).isEqualTo(envelope);
    }

    @Test
    void givesBackWhatWasPutIn() {
        Envelope envelope = new Envelope(null, List.of(ANNA, address("\"b c\"@exämple.org"), BERT), true);
        Arrival arrival = new Arrival(house.clock.instant(), InetAddress.ofLiteral("fd00::7"), "", "UTF8SMTP");
        byte[] content = QueueFixture.content(1, 3_000);
        QueueId id = house.queue()
                .receive()
                .commit(arrival, QueueFixture.routed(envelope), content)
                .join()
                .getFirst();

        Claim claim = house.claimOne();

        assertThat(claim.id()).isEqualTo(id);
        assertThat(claim.arrival()).isEqualTo(arrival);
        assertThat(claim.envelope()).isEqualTo(envelope);
        assertThat(claim.recipients()).extracting(Recipient::address).containsExactlyElementsOf(envelope.recipients());
        assertThat(claim.size()).isEqualTo(3_000);
        assertThat(claim.attempts()).isEqualTo(1);
        assertThat(claim.notice()).isFalse();
        assertThat(house.read(claim)).isEqualTo(content);
    }

    @Test
    void claimsTheLongestDueFirstWhateverTheOrderOfArrival() {
        List<QueueId> arrived = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            arrived.add(house.accept("message " + i, ANNA));
        }
        Instant start = house.clock.instant();
        List<Claim> claims = house.claim(8);
        for (int i = 0; i < 8; i++) {
            // the last to arrive is the first to be due
            settle(claims.get(i), QueueFixture.deferred(claims.get(i), start.plusSeconds(100 - i)));
        }
        house.clock.advance(Duration.ofSeconds(100));

        List<Claim> first = house.claim(5);
        List<Claim> rest = house.claim(5);

        assertThat(first)
                .extracting(Claim::id)
                .containsExactlyElementsOf(arrived.reversed().subList(0, 5));
        assertThat(rest)
                .extracting(Claim::id)
                .containsExactlyElementsOf(arrived.reversed().subList(5, 8));
    }

    @Test
    void aLeaseKeepsOthersAwayAndEndsInTime() {
        QueueId id = house.accept("scan", ANNA);
        assertThat(house.claimOne().attempts()).isEqualTo(1);
        house.clock.advance(MessageQueue.LEASE.minusMillis(1));
        assertThat(house.claim(10)).isEmpty();
        house.clock.advance(Duration.ofMillis(1));
        Claim again = house.claimOne();
        assertThat(again.id()).isEqualTo(id);
        assertThat(again.attempts()).isEqualTo(2);
    }

    @Test
    void aStaleLeaseSettlesNothing() {
        QueueId id = house.accept("scan", ANNA);
        Claim stale = house.claimOne();
        house.clock.advance(MessageQueue.LEASE);
        Claim current = house.claimOne();

        assertThatThrownBy(() -> house.queue()
                        .settle(stale, QueueFixture.failed(stale), List.of(house.notice("never to be seen"))))
                .isInstanceOfSatisfying(
                        QueueException.class, e -> assertThat(e.isFinal()).isTrue())
                .hasMessageContaining(id.toString())
                .hasMessageContaining("lease");

        assertThat(house.queue().events(id))
                .as("who held the lease may have delivered it")
                .extracting(Event::kind, Event::uncertain)
                .containsExactly(tuple("interrupted", true));
        assertThat(house.number("SELECT count(*) FROM message")).isEqualTo(1);
        assertThat(house.text(current)).isEqualTo("scan");
        settle(current, QueueFixture.delivered(current));
        assertThatThrownBy(() -> settle(current, QueueFixture.delivered(current)))
                .isInstanceOf(QueueException.class);
        assertThat(house.queue().events(id)).extracting(Event::kind).containsExactly("interrupted", "delivered");
    }

    @Test
    void settlesEachRecipientForItself() {
        QueueId id = house.accept("report", ANNA, BERT, CARL);
        Claim claim = house.claimOne();
        Instant next = house.clock.instant().plusSeconds(60);
        Map<Recipient, Outcome> outcomes = Map.of(
                claim.recipients().get(0), new Delivered(QueueFixture.OK),
                claim.recipients().get(1), new Deferred(QueueFixture.LATER),
                claim.recipients().get(2), new Failed(QueueFixture.NEVER));
        settle(claim, new Settlement(outcomes, next, true, "smtp.example:587", QueueFixture.MAILBOX));

        house.clock.advance(Duration.ofSeconds(60).minusMillis(1));
        assertThat(house.claim(1)).isEmpty();
        house.clock.advance(Duration.ofMillis(1));
        Claim second = house.claimOne();
        assertThat(second.recipients()).containsExactly(new Recipient(1, BERT));
        assertThat(second.envelope().recipients()).containsExactly(ANNA, BERT, CARL);
        assertThat(second.attempts()).isEqualTo(2);
        assertThat(house.text(second)).isEqualTo("report");
        settle(second, QueueFixture.delivered(second));

        assertThat(house.queue().events(id))
                .extracting(Event::recipient, Event::kind, Event::detail)
                .containsExactly(
                        tuple(0, "delivered", "250 2.0.0 Ok"),
                        tuple(1, "deferred", "451 4.7.500 Server busy"),
                        tuple(2, "failed", "550 5.1.10 Recipient not found"),
                        tuple(1, "delivered", "250 2.0.0 Ok"));
        assertThat(house.number("SELECT count(*) FROM chunk")).isZero();
        assertThat(house.inconsistencies()).isEmpty();
    }

    @Test
    void anAttemptThatDoesNotCountIsGivenBack() {
        QueueId id = house.accept("alert", ANNA);
        for (int round = 0; round < 3; round++) {
            Claim claim = house.claimOne();
            assertThat(claim.attempts()).isEqualTo(1);
            settle(
                    claim,
                    new Settlement(
                            QueueFixture.outcomes(claim, _ -> new Deferred(QueueFixture.LATER)),
                            house.clock.instant(),
                            false,
                            "smtp.example:587",
                            QueueFixture.MAILBOX));
        }
        assertThat(house.queue().events(id))
                .extracting(Event::kind)
                .containsExactly("postponed", "postponed", "postponed");
    }

    @Test
    void aNoticeComesWithTheSettlementAndIsDueAtOnce() {
        QueueId id = house.accept("scan", ANNA);
        Claim claim = house.claimOne();
        List<QueueId> notices = house.queue()
                .settle(
                        claim,
                        QueueFixture.failed(claim),
                        List.of(house.notice("could not"), house.notice("could not, either")));

        List<Claim> due = house.claim(10);
        assertThat(due).extracting(Claim::id).containsExactlyElementsOf(notices).doesNotContain(id);
        assertThat(due)
                .allMatch(Claim::notice)
                .extracting(house::text)
                .containsExactly("could not", "could not, either");
        assertThat(due.getFirst().envelope().returnPath()).isEmpty();
        assertThat(house.inconsistencies()).isEmpty();
    }

    @Test
    void aNoticeThatCannotBeWrittenLeavesTheMessageUnsettled() {
        QueueId id = house.accept("scan", ANNA);
        Claim claim = house.claimOne();
        house.execute("CREATE TRIGGER broken BEFORE INSERT ON message BEGIN SELECT raise(ABORT, 'no room'); END");
        assertThatThrownBy(() ->
                        house.queue().settle(claim, QueueFixture.failed(claim), List.of(house.notice("could not"))))
                .isInstanceOfSatisfying(
                        QueueException.class, e -> assertThat(e.isFinal()).isFalse())
                .hasMessageContaining("no room");
        assertThat(house.queue().events(id)).isEmpty();
        assertThat(house.text(claim)).isEqualTo("scan");

        house.execute("DROP TRIGGER broken");
        house.queue().settle(claim, QueueFixture.failed(claim), List.of(house.notice("could not")));
        assertThat(house.claimOne().notice()).isTrue();
    }

    @Test
    void aSettlementMustSpeakOfEveryOpenRecipient() {
        house.accept("report", ANNA, BERT);
        Claim claim = house.claimOne();
        Settlement half = new Settlement(
                Map.of(claim.recipients().getFirst(), new Delivered(QueueFixture.OK)),
                null,
                true,
                "smtp.example:587",
                QueueFixture.MAILBOX);
        assertThatThrownBy(() -> settle(claim, half)).isInstanceOf(IllegalArgumentException.class);
        assertThat(house.text(claim)).as("its content is still there").isEqualTo("report");
    }

    @Test
    void historyIsKeptAsLongAsAskedForAndThenForgotten() {
        QueueId old = settled("old");
        house.clock.advance(Duration.ofDays(2));
        QueueId recent = settled("recent");
        QueueId open = house.accept("open", ANNA);

        house.queue().deleteHistoryBefore(house.clock.instant().minus(Duration.ofDays(1)));

        assertThat(house.queue().events(old)).isEmpty();
        assertThat(house.queue().events(recent)).hasSize(1);
        assertThat(house.claimOne().id()).isEqualTo(open);
        assertThat(house.number("SELECT count(*) FROM message")).isEqualTo(2);
        assertThat(house.inconsistencies()).isEmpty();
    }

    @Test
    void forgetsMoreThanOneBatch() {
        for (int i = 0; i < 1_100; i++) {
            var _ = house.queue()
                    .receive()
                    .commit(house.arrival(), QueueFixture.routed(QueueFixture.envelope(ANNA)), new byte[] {'.'});
        }
        house.accept("the last one", ANNA);
        house.claim(2_000).forEach(claim -> settle(claim, QueueFixture.delivered(claim)));
        house.clock.advance(Duration.ofMillis(1));
        house.queue().deleteHistoryBefore(house.clock.instant());
        assertThat(house.number("SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM recipient)"
                        + " + (SELECT count(*) FROM event)"))
                .isZero();
    }

    @Test
    void eventsComeInTheOrderInWhichTheyHappenedEvenWithinAMillisecond() {
        QueueId id = house.accept("scan", ANNA, BERT);
        for (int attempt = 0; attempt < 3; attempt++) {
            Claim claim = house.claimOne();
            settle(claim, QueueFixture.deferred(claim, house.clock.instant()));
        }
        Claim claim = house.claimOne();
        settle(claim, QueueFixture.delivered(claim));
        assertThat(house.queue().events(id))
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
    void knowsNoEventsOfAMessageItDoesNotKnow() {
        assertThat(house.queue().events(new QueueId(42))).isEmpty();
    }

    @Test
    void awaitDueWakesWhenAMessageIsCommitted() throws Exception {
        house.queue().awaitDue(QueueFixture.SCOPE, Duration.ZERO);
        Thread waiter = Thread.ofPlatform().start(() -> {
            try {
                house.queue().awaitDue(QueueFixture.SCOPE, Duration.ofHours(1));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        house.accept("scan", ANNA);
        assertThat(waiter.join(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void awaitDueWakesWhenTheNextMessageIsDue() throws Exception {
        house.accept("scan", ANNA);
        Claim claim = house.claimOne();
        settle(claim, QueueFixture.deferred(claim, house.clock.instant().plusMillis(80)));
        house.queue().awaitDue(QueueFixture.SCOPE, Duration.ZERO); // what the commit had raised
        long before = System.nanoTime();
        house.queue().awaitDue(QueueFixture.SCOPE, Duration.ofHours(1));
        Duration waited = Duration.ofNanos(System.nanoTime() - before);
        assertThat(waited).isBetween(Duration.ofMillis(80), Duration.ofSeconds(30));
    }

    @Test
    void afterTheEndEverythingIsRefusedAndNothingHangs() {
        QueueId id = house.accept("scan", ANNA);
        MessageQueue queue = house.queue();
        Claim claim = house.claimOne();
        Incoming late = queue.receive();
        queue.close();
        queue.close();
        for (Runnable call : List.<Runnable>of(
                () -> queue.claim(QueueFixture.SCOPE, 1),
                () -> queue.settle(claim, QueueFixture.delivered(claim), List.of()),
                () -> queue.events(id))) {
            assertThatThrownBy(call::run)
                    .isInstanceOfSatisfying(
                            QueueException.class, e -> assertThat(e.isFinal()).isTrue())
                    .hasMessage("the queue is closed");
        }
        assertThatThrownBy(() -> queue.awaitDue(QueueFixture.SCOPE, Duration.ofHours(1)))
                .isInstanceOf(QueueException.class);
        assertThatThrownBy(() -> queue.content(claim).read()).hasMessageContaining("the queue is closed");
        assertThat(late.append(new byte[1])).isCompletedExceptionally();
    }

    private void settle(Claim claim, Settlement settlement) {
        assertThat(house.queue().settle(claim, settlement, List.of())).isEmpty();
    }

    private QueueId settled(String content) {
        QueueId id = house.accept(content, ANNA);
        Claim claim = house.claimOne();
        settle(claim, QueueFixture.delivered(claim));
        return id;
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
