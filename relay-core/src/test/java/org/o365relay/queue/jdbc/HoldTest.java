package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.Destination;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;

/// A message on hold is not delivered until it is released, whatever happens.
@Timeout(60)
class HoldTest {

    private static final String EVA = "Eva";

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        assertThat(fixture.inconsistencies()).isEmpty();
        fixture.close();
    }

    @Test
    void timeAndRestartsDoNotEndAHold() {
        QueueId id = hold(fixture.accept("held", ANNA));
        fixture.clock.advance(Duration.ofDays(3_000));
        assertThat(fixture.claim(10)).isEmpty();
        fixture.close();
        fixture.deleteHistoryBefore(fixture.clock.instant());

        assertThat(fixture.claim(10)).isEmpty();
        assertThat(line(id).state()).isEqualTo(MessageState.HELD);
        assertThat(line(id).dueAt()).isNull();
    }

    @Test
    void aReleasedMessageIsDueAtOnce() throws InterruptedException {
        QueueId id = hold(fixture.accept("held", ANNA));
        fixture.queue().claims().awaitDue(QueueFixture.SCOPE, Duration.ZERO);

        ChangeResult effect = fixture.queue().admin().apply(new Change.Release(), MessageFilter.ALL, EVA);

        long before = System.nanoTime();
        fixture.queue().claims().awaitDue(QueueFixture.SCOPE, Duration.ofSeconds(30));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        assertThat(effect).isEqualTo(new ChangeResult(1, 0, ""));
        assertThat(fixture.claimOne().id()).isEqualTo(id);
        assertThat(fixture.queue().admin().apply(new Change.Release(), MessageFilter.ALL, EVA))
                .as("no longer on hold")
                .isEqualTo(new ChangeResult(0, 1, ""));
    }

    @Test
    void keepsTheReasonOfTheDeferral() {
        QueueId id = fixture.accept("deferred", ANNA);
        Claim claim = fixture.claimOne();
        fixture.queue()
                .claims()
                .settle(claim, QueueFixture.deferred(claim, fixture.clock.instant()), List.of(), List.of());
        String reason = line(id).reason();
        hold(id);

        assertThat(reason).isEqualTo("unknown");
        assertThat(line(id).reason()).isEqualTo(reason);
        fixture.queue().admin().apply(new Change.Release(), MessageFilter.ALL, EVA);
        assertThat(line(id).state()).isEqualTo(MessageState.DEFERRED);
    }

    @Test
    void waitingForDueMessagesIgnoresMessagesOnHold() throws InterruptedException {
        hold(fixture.accept("held", ANNA));
        long before = System.nanoTime();
        fixture.queue().claims().awaitDue(QueueFixture.SCOPE, Duration.ofMillis(10));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
        assertThat(fixture.queue().reader().summary().nextDue()).isNull();
    }

    @Test
    void aNewRouteDoesNotEndAHold() {
        QueueId id = hold(fixture.accept("held", ANNA));

        int moved = fixture.queue()
                .routes()
                .reroute(QueueFixture.MAILBOX, _ -> new Destination("other@contoso.example", Priority.URGENT));

        assertThat(moved).isEqualTo(1);
        assertThat(line(id).mailbox()).isEqualTo("other@contoso.example");
        assertThat(line(id).state()).isEqualTo(MessageState.HELD);
        assertThat(fixture.queue().claims().claim(new ClaimScope("other@contoso.example", List.of()), 1))
                .isEmpty();
    }

    @Test
    void aMessageReturnedToItsPoolStaysOnHold() {
        QueueId id = fixture.accept("held", ANNA);
        fixture.execute("UPDATE message SET route = 'pool', mailbox = 'pool'");
        ClaimScope member = new ClaimScope(QueueFixture.MAILBOX, List.of("pool"));
        Claim claim = fixture.queue().claims().claim(member, 1).getFirst();
        Instant next = fixture.clock.instant().plus(Duration.ofHours(1));
        fixture.queue().claims().settle(claim, QueueFixture.deferred(claim, next), List.of(), List.of());
        hold(id);

        assertThat(fixture.queue().claims().releaseToPools(member)).isEqualTo(1);

        assertThat(line(id).mailbox()).isEqualTo("pool");
        assertThat(line(id).state()).isEqualTo(MessageState.HELD);
        fixture.clock.advance(Duration.ofDays(1));
        assertThat(fixture.queue().claims().claim(member, 1)).isEmpty();
    }

    @Test
    void aReturnedBounceClaimStaysOnHold() {
        QueueId id = hold(fixture.accept("held", ANNA));
        fixture.queue().admin().bounceEach(MessageFilter.ALL, EVA, claim -> {
            assertThat(fixture.claim(1)).as("no other claim gets it").isEmpty();
            fixture.queue()
                    .claims()
                    .settle(claim, QueueFixture.deferred(claim, fixture.clock.instant()), List.of(), List.of());
        });
        assertThat(line(id).state()).isEqualTo(MessageState.HELD);

        fixture.queue()
                .admin()
                .bounceEach(MessageFilter.ALL, EVA, fixture.queue().claims()::putBack);
        assertThat(line(id).state()).isEqualTo(MessageState.HELD);
        assertThat(line(id).attempts()).isZero();
    }

    @Test
    void aDamagedMessageIsPutOnHold() {
        QueueId id = fixture.accept("damaged", ANNA);
        Claim claim = fixture.claimOne();

        fixture.queue().claims().holdDamaged(claim, "chunk 0 does not match its checksum");

        assertThat(line(id).state()).isEqualTo(MessageState.HELD);
        assertThat(line(id).attempts()).isZero();
        assertThat(fixture.queue().notices().history(id))
                .singleElement()
                .satisfies(event -> assertThat(event.kind()).isEqualTo("damaged"))
                .satisfies(event -> assertThat(event.detail()).isEqualTo("chunk 0 does not match its checksum"));
        fixture.queue().claims().holdDamaged(claim, "again");
        assertThat(fixture.queue().notices().history(id))
                .as("its lease has ended")
                .hasSize(1);
    }

    private QueueId hold(QueueId id) {
        assertThat(fixture.queue().admin().apply(new Change.Hold(), MessageFilter.of(List.of(id)), EVA))
                .isEqualTo(new ChangeResult(1, 0, ""));
        return id;
    }

    private MessageEntry line(QueueId id) {
        return fixture.queue().reader().show(id).orElseThrow().entry();
    }
}
