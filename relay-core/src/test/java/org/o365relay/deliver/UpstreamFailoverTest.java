package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.o365relay.ManualClock;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Suspension.Cause;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.Reply;

class UpstreamFailoverTest {

    private static final Cause DENIED =
            new Cause(Step.AUTH, Reply.of(535, "5.7.3", "Authentication unsuccessful"), "check the password");
    private static final Cause QUOTA =
            new Cause(Step.END_OF_CONTENT, Reply.of(554, "5.2.0", "SubmissionQuotaExceeded"), "wait a day");
    private static final Cause REFUSED =
            new Cause(Step.CONNECT, Reply.of(451, "4.4.1", "connection refused"), "could not be reached.");

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private final RememberingJournal journal = new RememberingJournal();
    private final UpstreamFailover roads = roads(new FakeUpstream("smtp.example:587", 2));
    private final UpstreamFailover two =
            roads(new FakeUpstream("smtp.example:587", 2), new FakeUpstream("graph.example", 4));

    private UpstreamFailover roads(Upstream... upstreams) {
        return new UpstreamFailover(BackHalf.MAILBOX, List.of(upstreams), BackHalf.PROBES, journal, clock);
    }

    @Test
    void probesLessAndLessOftenUpToTheLongestDelay() {
        roads.suspend(enter(roads), DENIED, null);
        for (int minutes : new int[] {1, 2, 4, 8, 15, 15}) {
            assertThat(roads.untilNextAttempt()).isEqualTo(Duration.ofMinutes(minutes));
            assertThat(roads.acquireCheck()).as("before its time").isEmpty();
            clock.advance(Duration.ofMinutes(minutes));
            assertThat(roads.acquire()).as("no mail is needed to try a sign-in").isEmpty();
            DeliveryPermit probe = check(roads);
            roads.suspend(probe, DENIED, null);
            roads.release(probe);
        }
        assertThat(journal.lines("blocked")).hasSize(1);
    }

    @Test
    void probesWhenTheTroubleAsksForIt() {
        ProbeSchedule hourly = new ProbeSchedule(Duration.ofHours(1), Duration.ofHours(1));
        roads.block(enter(roads), QUOTA, hourly);
        for (int i = 0; i < 3; i++) {
            assertThat(roads.untilNextAttempt()).isEqualTo(Duration.ofHours(1));
            clock.advance(Duration.ofHours(1));
            DeliveryPermit probe = enter(roads);
            assertThat(roads.acquire()).as("one at a time").isEmpty();
            roads.block(probe, QUOTA, hourly);
            roads.release(probe);
        }
    }

    @Test
    void doesNotHearDeliveriesThatWereUnderWayWhenItClosed() {
        DeliveryPermit early = enter(roads);
        DeliveryPermit late = enter(roads);
        roads.suspend(early, DENIED, null);
        roads.suspend(late, DENIED, null);
        roads.accepted(late);
        assertThat(roads.untilNextAttempt()).isEqualTo(Duration.ofMinutes(1));
        assertThat(journal.lines("unblocked")).isEmpty();
    }

    @Test
    void tellsAgainWhenTheReasonChanges() {
        roads.suspend(enter(roads), DENIED, null);
        clock.advance(Duration.ofMinutes(1));
        roads.suspend(check(roads), new Cause(Step.AUTH, DENIED.reply(), "switch SMTP AUTH on"), null);
        assertThat(journal.lines("blocked")).hasSize(2);
    }

    @Test
    void staysClosedWhenAProbeGotNoAnswer() {
        roads.suspend(enter(roads), DENIED, null);
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit probe = check(roads);
        roads.unreachable(probe, REFUSED);
        roads.release(probe);
        assertThat(roads.isOpen()).isFalse();
        assertThat(roads.untilNextAttempt()).isEqualTo(Duration.ofMinutes(2));
        assertThat(journal.lines()).as("told once").hasSize(1);
    }

    @Test
    void restsAWhileWhenTheUpstreamCannotBeReachedAndTellsWhenItCan() {
        DeliveryPermit first = enter(roads);
        DeliveryPermit second = enter(roads);
        roads.unreachable(first, REFUSED);
        roads.unreachable(second, REFUSED); // another delivery that was under way
        roads.release(first);
        roads.release(second);
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            assertThat(roads.untilNextAttempt()).isEqualTo(Duration.ofSeconds(seconds));
            clock.advance(Duration.ofSeconds(seconds));
            assertThat(roads.freeSlots()).as("no mail before it is known").isZero();
            DeliveryPermit probe = check(roads);
            roads.unreachable(probe, REFUSED);
            roads.release(probe);
        }
        clock.advance(Duration.ofSeconds(30));
        roads.answered(check(roads));
        assertThat(roads.isOpen()).isTrue();
        assertThat(journal.lines())
                .containsExactly(
                        "unreachable relay@contoso.example by smtp.example:587: 451 4.4.1 connection refused until"
                                + " 2026-11-21T08:00:01Z",
                        "reachable relay@contoso.example by smtp.example:587 after PT2M1S");
    }

    @Test
    void goesOnRestingLongerWhileSignInsSucceedAndMessagesDoNot() {
        for (int seconds : new int[] {1, 2, 4}) {
            DeliveryPermit passage = enter(roads);
            roads.unreachable(passage, REFUSED);
            roads.release(passage);
            assertThat(roads.untilNextAttempt()).isEqualTo(Duration.ofSeconds(seconds));
            clock.advance(Duration.ofSeconds(seconds));
            DeliveryPermit probe = check(roads);
            roads.answered(probe);
            roads.release(probe);
        }
        DeliveryPermit served = enter(roads);
        roads.accepted(served);
        roads.unreachable(served, REFUSED);
        roads.release(served);
        assertThat(roads.untilNextAttempt()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void takesAProbeThatEndedInTheMiddleForAFailedOne() {
        roads.block(enter(roads), QUOTA, null);
        clock.advance(Duration.ofMinutes(1));
        roads.connectionLost(enter(roads));
        assertThat(roads.untilNextAttempt()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void isTriedWithOneMessageAfterASignInWhenMessagesGotLost() {
        Cause dropped = new Cause(Step.CONTENT, Reply.of(451, "4.4.2", "connection lost"), "was lost.");
        for (int i = 0; i < 3; i++) {
            assertThat(roads.isOpen()).isTrue();
            DeliveryPermit passage = enter(roads);
            roads.transactionFailed(passage, dropped);
            roads.release(passage);
        }
        assertThat(roads.freeSlots()).isZero();
        clock.advance(Duration.ofSeconds(1));
        DeliveryPermit signIn = check(roads);
        roads.answered(signIn);
        roads.release(signIn);
        assertThat(roads.freeSlots()).as("one message").isEqualTo(1);
        DeliveryPermit probe = enter(roads);
        roads.transactionFailed(probe, dropped);
        roads.release(probe);
        assertThat(roads.untilNextAttempt()).isEqualTo(Duration.ofSeconds(2));
        clock.advance(Duration.ofSeconds(2));
        DeliveryPermit again = check(roads);
        roads.answered(again);
        roads.release(again);
        roads.accepted(enter(roads));
        assertThat(roads.isOpen()).isTrue();
        assertThat(journal.events()).containsExactly("unreachable", "reachable");
    }

    @Test
    void leavesAMessageThatWasDeferredToItselfWhileOpen() {
        roads.connectionLost(enter(roads));
        assertThat(roads.isOpen()).isTrue();
    }

    @Test
    void opensWhenAProbeGetsPastTheSignInThatHadFailed() {
        roads.suspend(enter(roads), DENIED, null);
        clock.advance(Duration.ofMinutes(3));
        roads.answered(check(roads));
        assertThat(roads.isOpen()).isTrue();
        assertThat(journal.lines("unblocked")).containsExactly("unblocked relay@contoso.example after PT3M");
    }

    @Test
    void staysClosedWhenAProbeEndedBeforeTheStepThatHadFailed() {
        roads.block(enter(roads), QUOTA, null);
        clock.advance(Duration.ofMinutes(1));
        roads.answered(enter(roads));
        assertThat(roads.isOpen()).isFalse();
        assertThat(roads.untilNextAttempt()).as("no back-off for it").isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void isNotOpenedByARefusalThatCameEarlierThanTheTrouble() {
        roads.block(enter(roads), QUOTA, null);
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit early = enter(roads);
        roads.refused(early, Step.RCPT);
        roads.release(early);
        assertThat(roads.isOpen()).isFalse();
        clock.advance(Duration.ofMinutes(1));
        roads.refused(enter(roads), Step.END_OF_CONTENT);
        assertThat(roads.isOpen()).isTrue();
    }

    @Test
    void isNotClosedForHoursByAClockThatIsSetBack() {
        roads.suspend(enter(roads), DENIED, null);
        clock.advance(Duration.ofHours(-5));
        assertThat(roads.untilNextAttempt()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void waitsUntilATimeAndOpensByItself() {
        roads.blockUntil(enter(roads), clock.instant().plus(Duration.ofHours(2)), QUOTA);
        assertThat(roads.freeSlots()).isZero();
        clock.advance(Duration.ofHours(2));
        assertThat(roads.freeSlots()).isPositive();
        assertThat(journal.events()).containsExactly("blocked", "unblocked");
    }

    @Test
    void takesTheNextRoadAndStaysThereUntilTheBetterOneIsKnownToBeOpen() {
        DeliveryPermit first = enter(two);
        two.suspend(first, DENIED, null);
        two.release(first);
        assertThat(enter(two).health().name()).isEqualTo("graph.example");
        clock.advance(Duration.ofMinutes(1));
        assertThat(enter(two).health().name()).as("sticky").isEqualTo("graph.example");
        two.answered(check(two));
        assertThat(enter(two).health().name()).isEqualTo("smtp.example:587");
        assertThat(journal.lines())
                .containsExactly(
                        "failover relay@contoso.example from smtp.example:587 to graph.example: 535 5.7.3"
                                + " Authentication unsuccessful | check the password",
                        "failback relay@contoso.example to smtp.example:587 after PT1M");
    }

    @Test
    void probesABetterRoadWithOneMessageIfItsTroubleShowsAfterMail() {
        Cause unknown = new Cause(Step.RCPT, Reply.of(550, "5.7.64", "Relay Access Denied"), "see the connector");
        two.suspend(enter(two), unknown, null);
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit probe = enter(two);
        assertThat(probe.health().name()).isEqualTo("smtp.example:587");
        assertThat(enter(two).health().name()).isEqualTo("graph.example");
        two.suspend(probe, unknown, null);
        two.release(probe);
        assertThat(enter(two).health().name()).isEqualTo("graph.example");
        assertThat(journal.lines("failover")).hasSize(1);
    }

    @Test
    void isPausedOnceNoRoadIsOpenAndTellsOfEachReasonOnce() {
        two.suspend(enter(two), DENIED, null);
        two.suspend(enter(two), QUOTA, null);
        assertThat(two.isOutOfService()).isTrue();
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit signIn = check(two);
        two.suspend(signIn, DENIED, null);
        two.release(signIn);
        DeliveryPermit message = enter(two);
        assertThat(message.health().name()).isEqualTo("graph.example");
        two.suspend(message, QUOTA, null);
        two.release(message);
        assertThat(journal.events()).containsExactly("failover", "blocked");

        clock.advance(Duration.ofMinutes(2));
        two.answered(check(two));
        assertThat(two.isOutOfService()).isFalse();
        assertThat(journal.lines("unblocked")).containsExactly("unblocked relay@contoso.example after PT3M");
    }

    @Test
    void aPausedMailboxTakesNoOtherRoad() {
        two.block(enter(two), QUOTA, null);
        assertThat(two.acquire()).isEmpty();
        assertThat(two.isOutOfService()).isTrue();
    }

    @Test
    void goesWhereItCanWhenARoadCannotBeReached() {
        DeliveryPermit lost = enter(two);
        two.unreachable(lost, REFUSED);
        two.release(lost);
        assertThat(enter(two).health().name()).isEqualTo("graph.example");
        clock.advance(Duration.ofSeconds(1));
        two.answered(check(two));
        assertThat(journal.events()).containsExactly("failover", "failback");
    }

    @Test
    void isPausedForItsPoolOnlyWhenAnOutageLasts() {
        roads.unreachable(enter(roads), REFUSED);
        assertThat(roads.isOutOfService()).isFalse();
        clock.advance(Duration.ofMinutes(1));
        assertThat(roads.isOutOfService()).isTrue();
    }

    @Test
    void beginsNoMoreMessagesThanTheRoadHasConnections() {
        DeliveryPermit first = enter(roads);
        enter(roads);
        assertThat(roads.freeSlots()).isZero();
        assertThat(roads.acquire()).isEmpty();
        roads.release(first);
        assertThat(roads.freeSlots()).isEqualTo(1);
    }

    @Test
    void goesOnByTheNextRoadWhileEverythingHangsOnTheOneToBeProbed() {
        DeliveryPermit closing = enter(two);
        enter(two); // hangs
        two.suspend(closing, QUOTA, null);
        DeliveryPermit next = enter(two);
        two.release(closing);
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit probe = enter(two);
        assertThat(probe.health().name()).as("the one connection left").isEqualTo("smtp.example:587");
        assertThat(enter(two).health()).isEqualTo(next.health());
        two.suspend(probe, QUOTA, null);
        clock.advance(Duration.ofMinutes(2));
        assertThat(enter(two).health()).as("no connection is left to probe").isEqualTo(next.health());
    }

    private static DeliveryPermit enter(UpstreamFailover roads) {
        return roads.acquire().orElseThrow();
    }

    private static DeliveryPermit check(UpstreamFailover roads) {
        return roads.acquireCheck().orElseThrow();
    }
}
