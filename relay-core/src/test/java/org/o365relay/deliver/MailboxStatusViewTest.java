package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.ManualClock;
import org.o365relay.deliver.MailboxStatus.State;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Suspension.Trouble;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.Reply;

/// How a mailbox's roads are, and what an operator can do about it.
class MailboxStatusViewTest {

    private static final String MAILBOX = "relay@contoso.example";
    private static final Trouble DENIED = new Trouble(
            Step.AUTH, Reply.of(535, "5.7.3", "Authentication unsuccessful"), "The password is wrong.", "Check it.");
    private static final Trouble QUOTA =
            new Trouble(Step.END_OF_CONTENT, Reply.of(554, "5.2.0", "SubmissionQuotaExceeded"), "too much", "wait");
    private static final Trouble REFUSED =
            new Trouble(Step.CONNECT, Reply.of(451, "4.4.1", "connection refused"), "could not be reached.");

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
        roads.leave(first);

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
        roads.leave(passage);

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
        two.leave(passage);
        clock.advance(Duration.ofMillis(500));
        leave(two, DENIED);

        assertThat(two.status().state()).isEqualTo(State.BLOCKED);
        assertThat(two.status().since()).isEqualTo(start.plusMillis(500));
        assertThat(two.status().upstream()).isEqualTo("graph.example");
        assertThat(two.status().reply()).startsWith("535");
        assertThat(two.status().nextTry()).as("the first that is tried").isEqualTo(start.plusSeconds(1));
    }

    @Test
    void isPausedWhenTheMailboxIsInTrouble() {
        DeliveryPermit passage = enter(two);
        two.pause(passage, QUOTA, null);
        two.leave(passage);

        assertThat(two.status().state()).isEqualTo(State.BLOCKED);
        assertThat(two.status().reply()).isEqualTo("554 5.2.0 SubmissionQuotaExceeded");
        assertThat(two.status().advice()).isEqualTo("wait");
    }

    @Test
    void beginsNothingWhileAnOperatorHasStoppedIt() {
        enter(roads); // ends when it ends
        roads.stop(start, "anna");

        assertThat(roads.room()).isZero();
        assertThat(roads.enter()).isEmpty();
        assertThat(roads.isPaused()).as("the pool may have what is its own").isTrue();
        assertThat(roads.status())
                .isEqualTo(new MailboxStatus(
                        MAILBOX,
                        State.PAUSED,
                        start,
                        "smtp.example:587",
                        "",
                        "paused by anna",
                        "Let mail leave again with: o365-relay mailboxes resume " + MAILBOX,
                        null,
                        1));
    }

    @Test
    void goesOnWhenItIsResumed() {
        roads.stop(start, "anna");

        assertThat(roads.resume()).isTrue();
        assertThat(roads.status().state()).isEqualTo(State.OPEN);
        assertThat(roads.enter()).isPresent();
        assertThat(roads.resume()).as("nothing is left to resume").isFalse();
    }

    @Test
    void staysStoppedWhenAnUpstreamRecovers() {
        leave(roads, DENIED);
        roads.stop(start, "anna");
        clock.advance(Duration.ofMinutes(1));
        roads.heard(roads.enterCheck().orElseThrow());

        assertThat(roads.status().state()).isEqualTo(State.PAUSED);
        assertThat(roads.enter()).isEmpty();
        roads.resume();
        assertThat(roads.status().state()).isEqualTo(State.OPEN);
    }

    @Test
    void isTriedAtOnceWhenAnOperatorSaysThatItIsMended() {
        leave(roads, DENIED);
        assertThat(roads.enterCheck()).as("before its time").isEmpty();

        assertThat(roads.resume()).isTrue();
        assertThat(roads.status().nextTry()).isEqualTo(start);
        roads.heard(roads.enterCheck().orElseThrow());
        assertThat(roads.status().state()).isEqualTo(State.OPEN);
    }

    @Test
    void aPausedMailboxIsTriedAtOnceWithOneMessageAndWaitsAsBeforeIfThatIsRefused() {
        DeliveryPermit passage = enter(roads);
        roads.pause(passage, QUOTA, null);
        roads.leave(passage);
        roads.resume();
        DeliveryPermit probe = enter(roads);
        assertThat(roads.enter()).as("one at a time").isEmpty();
        roads.pause(probe, QUOTA, null);
        roads.leave(probe);

        assertThat(roads.status().nextTry()).isEqualTo(start.plus(Duration.ofMinutes(2)));
    }

    @Test
    void roomInTheAccountComesWithTimeWhateverAnOperatorSays() {
        Instant later = start.plus(Duration.ofHours(1));
        roads.pauseUntil(enter(roads), later, QUOTA);
        roads.resume();

        assertThat(roads.enter()).isEmpty();
        assertThat(roads.status().nextTry()).isEqualTo(later);
    }

    @Test
    @Timeout(20)
    void wakesWhoeverWaitsForRoom() throws Exception {
        roads.stop(start, "anna");
        Thread waiting = Thread.ofVirtual().start(this::awaitRoom);
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        roads.resume();

        assertThat(waiting.join(Duration.ofSeconds(10))).isTrue();
    }

    private void awaitRoom() {
        try {
            roads.awaitRoom();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DeliveryPermit enter(UpstreamFailover roads) {
        return roads.enter().orElseThrow();
    }

    private static void leave(UpstreamFailover roads, Trouble trouble) {
        DeliveryPermit passage = enter(roads);
        roads.close(passage, trouble, null);
        roads.leave(passage);
    }
}
