package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.QueueFixture.ANNA;

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

/// Whatever happens, a message on hold is tried by nobody until it is released.
@Timeout(60)
class HoldTest {

    private static final String EVA = "Eva";

    private QueueFixture house;

    @BeforeEach
    void open(@TempDir Path directory) {
        house = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        assertThat(house.inconsistencies()).isEmpty();
        house.close();
    }

    @Test
    void timeAndRestartsDoNotEndAHold() {
        QueueId id = hold(house.accept("held", ANNA));
        house.clock.advance(Duration.ofDays(3_000));
        assertThat(house.claim(10)).isEmpty();
        house.close();
        house.queue().deleteHistoryBefore(house.clock.instant());

        assertThat(house.claim(10)).isEmpty();
        assertThat(line(id).state()).isEqualTo(MessageState.HELD);
        assertThat(line(id).dueAt()).isNull();
    }

    @Test
    void aReleasedMessageIsTriedAtOnce() throws InterruptedException {
        QueueId id = hold(house.accept("held", ANNA));
        house.queue().awaitDue(QueueFixture.SCOPE, Duration.ZERO);

        ChangeResult effect = house.queue().admin().apply(new Change.Release(), MessageFilter.ALL, EVA);

        long before = System.nanoTime();
        house.queue().awaitDue(QueueFixture.SCOPE, Duration.ofSeconds(30));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        assertThat(effect).isEqualTo(new ChangeResult(1, 0, ""));
        assertThat(house.claimOne().id()).isEqualTo(id);
        assertThat(house.queue().admin().apply(new Change.Release(), MessageFilter.ALL, EVA))
                .as("it is not on hold any more")
                .isEqualTo(new ChangeResult(0, 1, ""));
    }

    @Test
    void whyItWaitedIsNotForgotten() {
        QueueId id = house.accept("deferred", ANNA);
        Claim claim = house.claimOne();
        house.queue().settle(claim, QueueFixture.deferred(claim, house.clock.instant()), List.of());
        String reason = line(id).reason();
        hold(id);

        assertThat(reason).isEqualTo("unknown");
        assertThat(line(id).reason()).isEqualTo(reason);
        house.queue().admin().apply(new Change.Release(), MessageFilter.ALL, EVA);
        assertThat(line(id).state()).isEqualTo(MessageState.DEFERRED);
    }

    @Test
    void whoeverWaitsForWorkDoesNotWaitForTheEndOfTime() throws InterruptedException {
        hold(house.accept("held", ANNA));
        long before = System.nanoTime();
        house.queue().awaitDue(QueueFixture.SCOPE, Duration.ofMillis(10));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
        assertThat(house.queue().reader().summary().nextDue()).isNull();
    }

    @Test
    void aNewRouteDoesNotEndAHold() {
        QueueId id = hold(house.accept("held", ANNA));

        int moved = house.queue()
                .reroute(QueueFixture.MAILBOX, _ -> new Destination("other@contoso.example", Priority.URGENT));

        assertThat(moved).isEqualTo(1);
        assertThat(line(id).mailbox()).isEqualTo("other@contoso.example");
        assertThat(line(id).state()).isEqualTo(MessageState.HELD);
        assertThat(house.queue().claim(new ClaimScope("other@contoso.example", List.of()), 1))
                .isEmpty();
    }

    @Test
    void whatGoesBackToThePoolStaysOnHold() {
        QueueId id = house.accept("held", ANNA);
        house.execute("UPDATE message SET route = 'pool', mailbox = 'pool'");
        ClaimScope member = new ClaimScope(QueueFixture.MAILBOX, List.of("pool"));
        Claim claim = house.queue().claim(member, 1).getFirst();
        Instant next = house.clock.instant().plus(Duration.ofHours(1));
        house.queue().settle(claim, QueueFixture.deferred(claim, next), List.of());
        hold(id);

        assertThat(house.queue().releaseToPools(member)).isEqualTo(1);

        assertThat(line(id).mailbox()).isEqualTo("pool");
        assertThat(line(id).state()).isEqualTo(MessageState.HELD);
        house.clock.advance(Duration.ofDays(1));
        assertThat(house.queue().claim(member, 1)).isEmpty();
    }

    @Test
    void whoGivesAHeldMessageUpMayLeaveItOnHold() {
        QueueId id = hold(house.accept("held", ANNA));
        house.queue().admin().bounceEach(MessageFilter.ALL, EVA, claim -> {
            assertThat(house.claim(1)).as("nobody else gets it").isEmpty();
            house.queue().settle(claim, QueueFixture.deferred(claim, house.clock.instant()), List.of());
        });
        assertThat(line(id).state()).isEqualTo(MessageState.HELD);

        house.queue().admin().bounceEach(MessageFilter.ALL, EVA, house.queue()::putBack);
        assertThat(line(id).state()).isEqualTo(MessageState.HELD);
        assertThat(line(id).attempts()).isZero();
    }

    @Test
    void aDamagedMessageIsPutOnHold() {
        QueueId id = house.accept("damaged", ANNA);
        Claim claim = house.claimOne();

        house.queue().holdDamaged(claim, "chunk 0 does not match its checksum");

        assertThat(line(id).state()).isEqualTo(MessageState.HELD);
        assertThat(line(id).attempts()).isZero();
        assertThat(house.queue().events(id))
                .singleElement()
                .satisfies(event -> assertThat(event.kind()).isEqualTo("damaged"))
                .satisfies(event -> assertThat(event.detail()).isEqualTo("chunk 0 does not match its checksum"));
        house.queue().holdDamaged(claim, "again");
        assertThat(house.queue().events(id)).as("its lease has ended").hasSize(1);
    }

    private QueueId hold(QueueId id) {
        assertThat(house.queue().admin().apply(new Change.Hold(), MessageFilter.of(List.of(id)), EVA))
                .isEqualTo(new ChangeResult(1, 0, ""));
        return id;
    }

    private MessageEntry line(QueueId id) {
        return house.queue().reader().show(id).orElseThrow().entry();
    }
}
