package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.ManualClock;
import org.o365relay.deliver.MailboxStatus.State;
import org.o365relay.deliver.ProbeNow.Means;
import org.o365relay.deliver.ProbeNow.Target;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Suspension.Cause;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.Reply;

/// The state of a mailbox as shown to operators, and pause, resume and retry.
class MailboxStatusViewTest {

    private static final String MAILBOX = "relay@contoso.example";
    private static final Cause DENIED = new Cause(
            Step.AUTH, Reply.of(535, "5.7.3", "Authentication unsuccessful"), "The password is wrong.", "Check it.");
    private static final Cause QUOTA =
            new Cause(Step.END_OF_CONTENT, Reply.of(554, "5.2.0", "SubmissionQuotaExceeded"), "too much", "wait");
    private static final Cause REFUSED =
            new Cause(Step.CONNECT, Reply.of(451, "4.4.1", "connection refused"), "could not be reached.");

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private final Instant start = clock.instant();
    private final RememberingJournal journal = new RememberingJournal();
    private final UpstreamFailover roads = roads(new FakeUpstream("smtp.example:587", 2));
    private final UpstreamFailover two =
            roads(new FakeUpstream("smtp.example:587", 2), new FakeUpstream("graph.example", 4));

    private UpstreamFailover roads(Upstream... upstreams) {
        return new UpstreamFailover(BackHalf.MAILBOX, List.of(upstreams), BackHalf.PROBES, journal, clock);
    }

    @Test
    void isOpenAndSaysHowManyAreBeingDelivered() {
        DeliveryPermit first = enter(roads);
        enter(roads);
        roads.release(first);

        assertThat(roads.status())
                .isEqualTo(new MailboxStatus(MAILBOX, State.OPEN, null, "smtp.example:587", "", "", "", null, 1));
    }

    @Test
    void isOnADetourWhileABetterRoadIsClosed() {
        leave(two, DENIED);

        assertThat(two.status())
                .isEqualTo(new MailboxStatus(
                        MAILBOX,
                        State.FAILOVER,
                        start,
                        "graph.example",
                        "535 5.7.3 Authentication unsuccessful",
                        "The password is wrong.",
                        "Check it.",
                        start.plusSeconds(60),
                        0));
    }

    @Test
    void restsWhileNoRoadCanBeReached() {
        DeliveryPermit passage = enter(roads);
        roads.unreachable(passage, REFUSED);
        roads.release(passage);

        assertThat(roads.status())
                .isEqualTo(new MailboxStatus(
                        MAILBOX,
                        State.RETRYING,
                        start,
                        "smtp.example:587",
                        "451 4.4.1 connection refused",
                        "could not be reached.",
                        "",
                        start.plusSeconds(1),
                        0));
    }

    @Test
    void isPausedWhenTheLastRoadClosesAndShowsTheTroubleThatSomebodyHasToMend() {
        DeliveryPermit passage = enter(two);
        two.unreachable(passage, REFUSED);
        two.release(passage);
        clock.advance(Duration.ofMillis(500));
        leave(two, DENIED);

        assertThat(two.status().state()).isEqualTo(State.BLOCKED);
        assertThat(two.status().since()).isEqualTo(start.plusMillis(500));
        assertThat(two.status().upstream()).isEqualTo("graph.example");
        assertThat(two.status().reply()).startsWith("535");
        assertThat(two.status().nextProbe()).as("the first that is tried").isEqualTo(start.plusSeconds(1));
    }

    @Test
    void isPausedWhenTheMailboxIsInTrouble() {
        DeliveryPermit passage = enter(two);
        two.block(passage, QUOTA, null);
        two.release(passage);

        assertThat(two.status().state()).isEqualTo(State.BLOCKED);
        assertThat(two.status().reply()).isEqualTo("554 5.2.0 SubmissionQuotaExceeded");
        assertThat(two.status().advice()).isEqualTo("wait");
    }

    @Test
    void beginsNothingWhileAnOperatorHasStoppedIt() {
        enter(roads); // ends when it ends
        roads.pause(start, "anna");

        assertThat(roads.freeSlots()).isZero();
        assertThat(roads.acquire()).isEmpty();
        assertThat(roads.isOutOfService())
                .as("the pool may have what is its own")
                .isTrue();
        assertThat(roads.status())
                .isEqualTo(new MailboxStatus(
                        MAILBOX,
                        State.PAUSED,
                        start,
                        "smtp.example:587",
                        "",
                        "paused by anna",
                        "To resume delivery: o365-relay mailboxes resume " + MAILBOX,
                        null,
                        1));
    }

    @Test
    void goesOnWhenItIsResumed() {
        roads.pause(start, "anna");

        assertThat(roads.resume(null)).as("nothing is blocked").isEmpty();
        assertThat(roads.status().state()).isEqualTo(State.OPEN);
        assertThat(roads.acquire()).isPresent();
    }

    @Test
    void staysStoppedWhenAnUpstreamRecovers() {
        leave(roads, DENIED);
        roads.pause(start, "anna");
        clock.advance(Duration.ofMinutes(1));
        roads.answered(roads.acquireCheck().orElseThrow());

        assertThat(roads.status().state()).isEqualTo(State.PAUSED);
        assertThat(roads.acquire()).isEmpty();
        roads.resume(null);
        assertThat(roads.status().state()).isEqualTo(State.OPEN);
    }

    @Test
    void isProbedAtOnceWhenAnOperatorResumesIt() {
        leave(roads, DENIED);
        assertThat(roads.acquireCheck()).as("before its time").isEmpty();

        assertThat(roads.resume(null))
                .containsExactly(new ProbeNow(
                        "smtp.example:587", Target.UPSTREAM, "The password is wrong.", Means.SIGN_IN, null));
        assertThat(roads.status().nextProbe()).isEqualTo(start);
        roads.answered(roads.acquireCheck().orElseThrow());
        assertThat(roads.status().state()).isEqualTo(State.OPEN);
    }

    @Test
    void aBlockedMailboxIsProbedAtOnceWithOneMessageAndKeepsItsScheduleIfThatIsRefused() {
        DeliveryPermit passage = enter(roads);
        roads.block(passage, QUOTA, null);
        roads.release(passage);
        roads.resume(null);
        DeliveryPermit probe = enter(roads);
        assertThat(roads.acquire()).as("one at a time").isEmpty();
        roads.block(probe, QUOTA, null);
        roads.release(probe);

        assertThat(roads.status().nextProbe()).isEqualTo(start.plus(Duration.ofMinutes(2)));
    }

    @Test
    void theRelaysOwnQuotaIsNotExceededOnAnOperatorsCommand() {
        Instant later = start.plus(Duration.ofHours(1));
        roads.blockUntil(enter(roads), later, QUOTA);
        assertThat(roads.resume(later))
                .containsExactly(
                        new ProbeNow("smtp.example:587", Target.MAILBOX, "too much", Means.QUOTA, later));

        assertThat(roads.acquire()).isEmpty();
        assertThat(roads.status().nextProbe()).isEqualTo(later);
    }

    @Test
    @Timeout(20)
    void wakesWhoeverWaitsForRoom() throws Exception {
        roads.pause(start, "anna");
        Thread waiting = Thread.ofVirtual().start(this::awaitRoom);
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        roads.resume(null);

        assertThat(waiting.join(Duration.ofSeconds(10))).isTrue();
    }

    private void awaitRoom() {
        try {
            roads.awaitFreeSlot();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DeliveryPermit enter(UpstreamFailover roads) {
        return roads.acquire().orElseThrow();
    }

    private static void leave(UpstreamFailover roads, Cause trouble) {
        DeliveryPermit passage = enter(roads);
        roads.suspend(passage, trouble, null);
        roads.release(passage);
    }
}
