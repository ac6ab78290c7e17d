package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Polling;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.Settlement;

/// Which mailbox claims which messages, and in what order.
@Timeout(120)
class ClaimOrderTest {

    private static final String POOL = "scans";
    private static final ClaimScope ONE = new ClaimScope("one@contoso.example", List.of("one@contoso.example", POOL));
    private static final ClaimScope TWO = new ClaimScope("two@contoso.example", List.of("two@contoso.example", POOL));

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
    void aBurstOfOneClientDelaysNoOther() {
        for (int i = 0; i < 5_000; i++) {
            var _ = begin(7, QueueFixture.MAILBOX, Priority.NORMAL);
        }
        fixture.clock.advance(Duration.ofMinutes(1));
        QueueId other = commit(8, QueueFixture.MAILBOX, Priority.NORMAL);

        assertThat(fixture.claim(2)).extracting(Claim::id).contains(other);
    }

    @Test
    void continuesAfterTheClientServedLast() {
        for (int client = 1; client <= 3; client++) {
            for (int i = 0; i < 4; i++) {
                commit(client, QueueFixture.MAILBOX, Priority.NORMAL);
            }
        }

        List<Integer> turns = new ArrayList<>();
        for (int most : List.of(1, 1, 2, 4, 100)) {
            fixture.claim(most).forEach(claim -> turns.add(client(claim)));
        }

        assertThat(turns).containsExactly(1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3);
    }

    @Test
    void unusedSharesGoToClientsWithMoreMessages() {
        commit(1, QueueFixture.MAILBOX, Priority.NORMAL);
        for (int i = 0; i < 5; i++) {
            commit(2, QueueFixture.MAILBOX, Priority.NORMAL);
        }
        commit(3, QueueFixture.MAILBOX, Priority.NORMAL);

        assertThat(fixture.claim(100)).extracting(ClaimOrderTest::client).containsExactly(1, 2, 3, 2, 2, 2, 2);
    }

    @Test
    void claimsUrgentMessagesFirstAndFairly() {
        for (int i = 0; i < 3; i++) {
            commit(1, QueueFixture.MAILBOX, Priority.NORMAL);
            commit(2, QueueFixture.MAILBOX, Priority.URGENT);
        }
        fixture.clock.advance(Duration.ofMinutes(1));
        commit(3, QueueFixture.MAILBOX, Priority.URGENT);

        assertThat(fixture.claim(5))
                .extracting(claim -> claim.priority() + " " + client(claim))
                .containsExactly("URGENT 2", "URGENT 3", "URGENT 2", "URGENT 2", "NORMAL 1");
    }

    @Test
    void anUrgentMessageThatIsNotDueDelaysNoOther() {
        commit(1, QueueFixture.MAILBOX, Priority.URGENT);
        Claim urgent = fixture.claimOne();
        fixture.queue()
                .claims()
                .settle(
                        urgent,
                        QueueFixture.deferred(urgent, fixture.clock.instant().plusSeconds(60)),
                        List.of(),
                        List.of());
        commit(1, QueueFixture.MAILBOX, Priority.NORMAL);

        assertThat(fixture.claimOne().priority()).isEqualTo(Priority.NORMAL);
        fixture.clock.advance(Duration.ofSeconds(60));
        assertThat(fixture.claimOne().id()).isEqualTo(urgent.id());
    }

    @Test
    void aMailboxKeepsAMessageItClaimedFromAPool() {
        QueueId id = commit(1, POOL, Priority.NORMAL);
        Claim claim = claimOne(ONE);
        assertThat(claim.route()).isEqualTo(POOL);
        assertThat(claim.mailbox()).isEqualTo(ONE.owner());
        fixture.queue()
                .claims()
                .settle(claim, QueueFixture.deferred(claim, fixture.clock.instant()), List.of(), List.of());

        assertThat(fixture.queue().claims().claim(TWO, 10)).isEmpty();
        assertThat(claimOne(ONE).id()).isEqualTo(id);
    }

    @Test
    void claimsNoMessageOfAnotherMailbox() {
        commit(1, ONE.owner(), Priority.NORMAL);

        assertThat(fixture.queue().claims().claim(TWO, 10)).isEmpty();
        assertThat(fixture.queue().routes().names()).containsExactly(ONE.owner());
        assertThat(claimOne(ONE).mailbox()).isEqualTo(ONE.owner());
    }

    @Test
    void returnsReleasedMessagesToThePool() {
        for (int i = 0; i < 1_200; i++) { // more than two batches
            var _ = begin(i % 10, POOL, Priority.NORMAL);
        }
        QueueId own = commit(1, ONE.owner(), Priority.NORMAL);
        fixture.execute(
                "UPDATE message SET mailbox = '" + ONE.owner() + "', attempts = 1"); // as if it had tried them all
        Claim beingTried = claimOne(ONE);

        assertThat(fixture.queue().claims().releaseToPools(ONE)).isEqualTo(1_199);

        List<Claim> claims = fixture.queue().claims().claim(TWO, 2_000);
        assertThat(claims).hasSize(1_199).extracting(Claim::id).doesNotContain(beingTried.id(), own);
        assertThat(claims)
                .allMatch(claim -> claim.attempts() == 2 && claim.mailbox().equals(TWO.owner()));
        assertThat(claimOne(ONE).id()).isEqualTo(own);
    }

    @Test
    void keepsMessagesOfAPoolNoLongerServed() {
        QueueId id = commit(1, POOL, Priority.NORMAL);
        Claim claim = claimOne(ONE);
        fixture.queue()
                .claims()
                .settle(claim, QueueFixture.deferred(claim, fixture.clock.instant()), List.of(), List.of());

        ClaimScope alone = new ClaimScope(ONE.owner(), List.of(ONE.owner()));
        assertThat(fixture.queue().claims().releaseToPools(alone)).isZero();
        assertThat(claimOne(alone).id()).isEqualTo(id);
    }

    @Test
    void aReturnedClaimKeepsItsPlaceAndAttempts() {
        QueueId first = commit(1, POOL, Priority.NORMAL);
        fixture.clock.advance(Duration.ofSeconds(1));
        QueueId second = commit(1, POOL, Priority.NORMAL);
        fixture.clock.advance(Duration.ofSeconds(1));
        Claim claim = claimOne(ONE);
        assertThat(claim.id()).isEqualTo(first);

        fixture.queue().claims().putBack(claim);

        List<Claim> again = fixture.queue().claims().claim(TWO, 10);
        assertThat(again).extracting(Claim::id).containsExactly(first, second);
        assertThat(again.getFirst().attempts()).isEqualTo(1);
        assertThat(again.getFirst().dueAt()).isEqualTo(claim.dueAt());
        assertThat(fixture.queue().notices().history(first)).isEmpty();
    }

    @Test
    void returnsAnAttemptedMessageToItsMailbox() {
        QueueId id = commit(1, POOL, Priority.NORMAL);
        Claim tried = claimOne(ONE);
        fixture.queue()
                .claims()
                .settle(tried, QueueFixture.deferred(tried, fixture.clock.instant()), List.of(), List.of());
        fixture.queue().claims().putBack(claimOne(ONE));

        assertThat(fixture.queue().claims().claim(TWO, 10)).isEmpty();
        Claim again = claimOne(ONE);
        assertThat(again.id()).isEqualTo(id);
        assertThat(again.attempts()).isEqualTo(2);
    }

    @Test
    void doesNotReturnAClaimWhoseLeaseHasEnded() {
        commit(1, POOL, Priority.NORMAL);
        Claim stale = claimOne(ONE);
        fixture.clock.advance(JdbcClaims.LEASE);
        Claim current = claimOne(ONE);
        assertThat(fixture.queue().notices().history(stale.id()))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.kind()).isEqualTo("interrupted");
                    assertThat(event.uncertain()).isTrue();
                });

        fixture.queue().claims().putBack(stale);

        assertThat(fixture.queue().claims().claim(ONE, 10)).isEmpty();
        assertThat(fixture.queue().claims().settle(current, QueueFixture.delivered(current), List.of(), List.of()))
                .isEmpty();
    }

    @Test
    void anInterruptedMessageKeepsItsPlaceForAFewAttempts() {
        QueueId first = commit(1, POOL, Priority.NORMAL);
        fixture.clock.advance(Duration.ofSeconds(1));
        QueueId second = commit(1, POOL, Priority.NORMAL);
        for (int i = 0; i < 4; i++) {
            assertThat(claimOne(ONE).id()).isEqualTo(first);
            fixture.clock.advance(Duration.ofSeconds(1));
            fixture.close(); // the next access opens it again
        }
        assertThat(fixture.queue().claims().claim(TWO, 1)).extracting(Claim::id).containsExactly(second);
    }

    @Test
    void aClockThatWasAheadDoesNotDelayInterruptedMessages() {
        QueueId id = commit(1, POOL, Priority.NORMAL);
        claimOne(ONE);
        fixture.clock.jump(Duration.ofHours(-1));
        fixture.close();
        assertThat(claimOne(ONE).id()).isEqualTo(id);
    }

    @Test
    void anAttemptThatDoesNotCountKeepsItsPlace() {
        QueueId first = commit(1, POOL, Priority.NORMAL);
        fixture.clock.advance(Duration.ofSeconds(1));
        commit(1, POOL, Priority.NORMAL);
        fixture.clock.advance(Duration.ofHours(1));
        for (int i = 0; i < 3; i++) {
            Claim claim = claimOne(ONE);
            assertThat(claim.id()).isEqualTo(first);
            assertThat(claim.attempts()).isEqualTo(1);
            fixture.queue().claims().settle(claim, held(claim), List.of(), List.of());
        }
    }

    @Test
    void mailboxesOfAPoolThatClaimAtOnceGetDifferentMessages() throws Exception {
        int all = 600;
        for (int i = 1; i < all; i++) {
            var _ = begin(i % 7, POOL, Priority.NORMAL);
        }
        commit(7, POOL, Priority.NORMAL);
        Set<QueueId> claimed = ConcurrentHashMap.newKeySet();
        List<Thread> claimants = new ArrayList<>();
        for (ClaimScope supply : List.of(ONE, TWO)) {
            claimants.add(Thread.ofPlatform().start(() -> {
                for (List<Claim> some = fixture.queue().claims().claim(supply, 3);
                        !some.isEmpty();
                        some = fixture.queue().claims().claim(supply, 3)) {
                    some.forEach(claim -> assertThat(claimed.add(claim.id())).isTrue());
                }
            }));
        }
        for (Thread claimant : claimants) {
            claimant.join();
        }
        assertThat(claimed).hasSize(all);
        assertThat(fixture.number("SELECT count(*) FROM message WHERE attempts = 1"))
                .isEqualTo(all);
    }

    @Test
    void wakesOnlyMailboxesThatMayClaimTheMessage() throws Exception {
        JdbcQueue queue = fixture.queue();
        queue.claims().awaitDue(TWO, Duration.ZERO);
        Thread one = waiting(ONE);
        commit(1, ONE.owner(), Priority.NORMAL);
        assertThat(one.join(Duration.ofSeconds(30))).isTrue();

        Thread two = waiting(TWO);
        commit(1, ONE.owner(), Priority.NORMAL);
        assertThat(two.getState()).isEqualTo(Thread.State.TIMED_WAITING);
        commit(1, POOL, Priority.NORMAL);
        assertThat(two.join(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void writesClaimsAfterTheSettlementThatMadeRoomForThem() {
        fixture.accept("scan", ANNA);
        Claim claim = fixture.claimOne();
        Committer committer = fixture.queue().store().committer();
        CompletableFuture<Boolean> submitted = new CompletableFuture<>();
        var _ = committer.submit(_ -> submitted.join()); // until then, the settlement cannot be written
        AtomicReference<CompletableFuture<List<String>>> open = new AtomicReference<>();
        fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of(), () -> {
            open.set(committer.submit(ClaimTables::mailboxes));
            submitted.complete(true);
        });
        assertThat(open.get().join()).isEmpty();
    }

    @Test
    void waitsForTheEarliestDueTime() throws Exception {
        for (int client = 1; client <= 5; client++) {
            commit(client, POOL, client % 2 == 0 ? Priority.URGENT : Priority.NORMAL);
        }
        long seconds = 100;
        for (Claim claim : fixture.queue().claims().claim(ONE, 10)) {
            fixture.queue()
                    .claims()
                    .settle(
                            claim,
                            QueueFixture.deferred(claim, fixture.clock.instant().plusSeconds(seconds--)),
                            List.of(),
                            List.of());
        }
        fixture.clock.advance(Duration.ofSeconds(96));

        long before = System.nanoTime();
        fixture.queue().claims().awaitDue(ONE, Duration.ofHours(1)); // consumes the signal of the settlement
        fixture.queue().claims().awaitDue(ONE, Duration.ofHours(1));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
        assertThat(fixture.queue().claims().claim(ONE, 10)).hasSize(1);
    }

    private Thread waiting(ClaimScope supply) throws Exception {
        Thread waiter = Thread.ofPlatform().start(() -> {
            try {
                fixture.queue().claims().awaitDue(supply, Duration.ofHours(1));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Polling.until("the thread waits", () -> waiter.getState() == Thread.State.TIMED_WAITING);
        return waiter;
    }

    private Settlement held(Claim claim) {
        return new Settlement(
                QueueFixture.outcomes(claim, _ -> new Deferred(QueueFixture.LATER)),
                null,
                false,
                "smtp.example:587",
                QueueFixture.MAILBOX);
    }

    private Claim claimOne(ClaimScope supply) {
        return fixture.queue().claims().claim(supply, 1).getFirst();
    }

    private QueueId commit(int client, String route, Priority priority) {
        return begin(client, route, priority).join().getFirst();
    }

    /// Written no later than the next commit.
    private CompletableFuture<List<QueueId>> begin(int client, String route, Priority priority) {
        Arrival arrival =
                new Arrival(fixture.clock.instant(), InetAddress.ofLiteral("10.0.0." + client), "device", "ESMTP");
        return fixture.queue()
                .intake()
                .receive()
                .commit(
                        arrival,
                        List.of(new RoutedEnvelope(route, priority, QueueFixture.envelope(ANNA))),
                        SearchableHeaders.NONE,
                        new byte[] {'.'});
    }

    private static int client(Claim claim) {
        return claim.arrival().client().getAddress()[3];
    }
}
