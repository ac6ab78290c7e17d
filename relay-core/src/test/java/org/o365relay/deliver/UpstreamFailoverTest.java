package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.o365relay.ManualClock;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Suspension.Trouble;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.Reply;

class UpstreamFailoverTest {

    private static final Trouble DENIED =
            new Trouble(Step.AUTH, Reply.of(535, "5.7.3", "Authentication unsuccessful"), "check the password");
    private static final Trouble QUOTA =
            new Trouble(Step.END_OF_CONTENT, Reply.of(554, "5.2.0", "SubmissionQuotaExceeded"), "wait a day");
    private static final Trouble REFUSED =
            new Trouble(Step.CONNECT, Reply.of(451, "4.4.1", "connection refused"), "could not be reached.");

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
        roads.close(enter(roads), DENIED, null);
        for (int minutes : new int[] {1, 2, 4, 8, 15, 15}) {
            assertThat(roads.closedFor()).isEqualTo(Duration.ofMinutes(minutes));
            assertThat(roads.enterCheck()).as("before its time").isEmpty();
            clock.advance(Duration.ofMinutes(minutes));
            assertThat(roads.enter()).as("no mail is needed to try a sign-in").isEmpty();
            DeliveryPermit probe = check(roads);
            roads.close(probe, DENIED, null);
            roads.leave(probe);
        }
        assertThat(journal.lines("paused")).hasSize(1);
    }

    @Test
    void probesWhenTheTroubleAsksForIt() {
        ProbeSchedule hourly = new ProbeSchedule(Duration.ofHours(1), Duration.ofHours(1));
        roads.pause(enter(roads), QUOTA, hourly);
        for (int i = 0; i < 3; i++) {
            assertThat(roads.closedFor()).isEqualTo(Duration.ofHours(1));
            clock.advance(Duration.ofHours(1));
            DeliveryPermit probe = enter(roads);
            assertThat(roads.enter()).as("one at a time").isEmpty();
            roads.pause(probe, QUOTA, hourly);
            roads.leave(probe);
        }
    }

    @Test
    void doesNotHearDeliveriesThatWereUnderWayWhenItClosed() {
        DeliveryPermit early = enter(roads);
        DeliveryPermit late = enter(roads);
        roads.close(early, DENIED, null);
        roads.close(late, DENIED, null);
        roads.served(late);
        assertThat(roads.closedFor()).isEqualTo(Duration.ofMinutes(1));
        assertThat(journal.lines("resumed")).isEmpty();
    }

    @Test
    void tellsAgainWhenTheReasonChanges() {
        roads.close(enter(roads), DENIED, null);
        clock.advance(Duration.ofMinutes(1));
        roads.close(check(roads), new Trouble(Step.AUTH, DENIED.reply(), "switch SMTP AUTH on"), null);
        assertThat(journal.lines("paused")).hasSize(2);
    }

    @Test
    void staysClosedWhenAProbeGotNoAnswer() {
        roads.close(enter(roads), DENIED, null);
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit probe = check(roads);
        roads.unreachable(probe, REFUSED);
        roads.leave(probe);
        assertThat(roads.isOpen()).isFalse();
        assertThat(roads.closedFor()).isEqualTo(Duration.ofMinutes(2));
        assertThat(journal.lines()).as("told once").hasSize(1);
    }

    @Test
    void restsAWhileWhenTheUpstreamCannotBeReachedAndTellsWhenItCan() {
        DeliveryPermit first = enter(roads);
        DeliveryPermit second = enter(roads);
        roads.unreachable(first, REFUSED);
        roads.unreachable(second, REFUSED); // another delivery that was under way
        roads.leave(first);
        roads.leave(second);
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            assertThat(roads.closedFor()).isEqualTo(Duration.ofSeconds(seconds));
            clock.advance(Duration.ofSeconds(seconds));
            assertThat(roads.room()).as("no mail before it is known").isZero();
            DeliveryPermit probe = check(roads);
            roads.unreachable(probe, REFUSED);
            roads.leave(probe);
        }
        clock.advance(Duration.ofSeconds(30));
        roads.heard(check(roads));
        assertThat(roads.isOpen()).isTrue();
        assertThat(journal.lines())
                .containsExactly(
                        "unreachable relay@contoso.example by smtp.example:587: 451 4.4.1 connection refused until"
                                + " 2026-11-21T08:00:01Z",
                        "reached relay@contoso.example by smtp.example:587 after PT2M1S");
    }

    @Test
    void goesOnRestingLongerWhileSignInsSucceedAndMessagesDoNot() {
        for (int seconds : new int[] {1, 2, 4}) {
            DeliveryPermit passage = enter(roads);
            roads.unreachable(passage, REFUSED);
            roads.leave(passage);
            assertThat(roads.closedFor()).isEqualTo(Duration.ofSeconds(seconds));
            clock.advance(Duration.ofSeconds(seconds));
            DeliveryPermit probe = check(roads);
            roads.heard(probe);
            roads.leave(probe);
        }
        DeliveryPermit served = enter(roads);
        roads.served(served);
        roads.unreachable(served, REFUSED);
        roads.leave(served);
        assertThat(roads.closedFor()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void takesAProbeThatEndedInTheMiddleForAFailedOne() {
        roads.pause(enter(roads), QUOTA, null);
        clock.advance(Duration.ofMinutes(1));
        roads.lost(enter(roads));
        assertThat(roads.closedFor()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void isTriedWithOneMessageAfterASignInWhenMessagesGotLost() {
        Trouble dropped = new Trouble(Step.CONTENT, Reply.of(451, "4.4.2", "connection lost"), "was lost.");
        for (int i = 0; i < 3; i++) {
            assertThat(roads.isOpen()).isTrue();
            DeliveryPermit passage = enter(roads);
            roads.faltered(passage, dropped);
            roads.leave(passage);
        }
        assertThat(roads.room()).isZero();
        clock.advance(Duration.ofSeconds(1));
        DeliveryPermit signIn = check(roads);
        roads.heard(signIn);
        roads.leave(signIn);
        assertThat(roads.room()).as("one message").isEqualTo(1);
        DeliveryPermit probe = enter(roads);
        roads.faltered(probe, dropped);
        roads.leave(probe);
        assertThat(roads.closedFor()).isEqualTo(Duration.ofSeconds(2));
        clock.advance(Duration.ofSeconds(2));
        DeliveryPermit again = check(roads);
        roads.heard(again);
        roads.leave(again);
        roads.served(enter(roads));
        assertThat(roads.isOpen()).isTrue();
        assertThat(journal.events()).containsExactly("unreachable", "reached");
    }

    @Test
    void leavesAMessageThatWasDeferredToItselfWhileOpen() {
        roads.lost(enter(roads));
        assertThat(roads.isOpen()).isTrue();
    }

    @Test
    void opensWhenAProbeGetsPastTheSignInThatHadFailed() {
        roads.close(enter(roads), DENIED, null);
        clock.advance(Duration.ofMinutes(3));
        roads.heard(check(roads));
        assertThat(roads.isOpen()).isTrue();
        assertThat(journal.lines("resumed")).containsExactly("resumed relay@contoso.example after PT3M");
    }

    @Test
    void staysClosedWhenAProbeEndedBeforeTheStepThatHadFailed() {
        roads.pause(enter(roads), QUOTA, null);
        clock.advance(Duration.ofMinutes(1));
        roads.heard(enter(roads));
        assertThat(roads.isOpen()).isFalse();
        assertThat(roads.closedFor()).as("no back-off for it").isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void isNotOpenedByARefusalThatCameEarlierThanTheTrouble() {
        roads.pause(enter(roads), QUOTA, null);
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit early = enter(roads);
        roads.refused(early, Step.RCPT);
        roads.leave(early);
        assertThat(roads.isOpen()).isFalse();
        clock.advance(Duration.ofMinutes(1));
        roads.refused(enter(roads), Step.END_OF_CONTENT);
        assertThat(roads.isOpen()).isTrue();
    }

    @Test
    void isNotClosedForHoursByAClockThatIsSetBack() {
        roads.close(enter(roads), DENIED, null);
        clock.advance(Duration.ofHours(-5));
        assertThat(roads.closedFor()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void waitsUntilATimeAndOpensByItself() {
        roads.pauseUntil(enter(roads), clock.instant().plus(Duration.ofHours(2)), QUOTA);
        assertThat(roads.room()).isZero();
        clock.advance(Duration.ofHours(2));
        assertThat(roads.room()).isPositive();
        assertThat(journal.events()).containsExactly("paused", "resumed");
    }

    @Test
    void takesTheNextRoadAndStaysThereUntilTheBetterOneIsKnownToBeOpen() {
        DeliveryPermit first = enter(two);
        two.close(first, DENIED, null);
        two.leave(first);
        assertThat(enter(two).road().name()).isEqualTo("graph.example");
        clock.advance(Duration.ofMinutes(1));
        assertThat(enter(two).road().name()).as("sticky").isEqualTo("graph.example");
        two.heard(check(two));
        assertThat(enter(two).road().name()).isEqualTo("smtp.example:587");
        assertThat(journal.lines())
                .containsExactly(
                        "switched relay@contoso.example from smtp.example:587 to graph.example: 535 5.7.3"
                                + " Authentication unsuccessful | check the password",
                        "returned relay@contoso.example to smtp.example:587 after PT1M");
    }

    @Test
    void probesABetterRoadWithOneMessageIfItsTroubleShowsAfterMail() {
        Trouble unknown = new Trouble(Step.RCPT, Reply.of(550, "5.7.64", "Relay Access Denied"), "see the connector");
        two.close(enter(two), unknown, null);
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit probe = enter(two);
        assertThat(probe.road().name()).isEqualTo("smtp.example:587");
        assertThat(enter(two).road().name()).isEqualTo("graph.example");
        two.close(probe, unknown, null);
        two.leave(probe);
        assertThat(enter(two).road().name()).isEqualTo("graph.example");
        assertThat(journal.lines("switched")).hasSize(1);
    }

    @Test
    void isPausedOnceNoRoadIsOpenAndTellsOfEachReasonOnce() {
        two.close(enter(two), DENIED, null);
        two.close(enter(two), QUOTA, null);
        assertThat(two.isPaused()).isTrue();
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit signIn = check(two);
        two.close(signIn, DENIED, null);
        two.leave(signIn);
        DeliveryPermit message = enter(two);
        assertThat(message.road().name()).isEqualTo("graph.example");
        two.close(message, QUOTA, null);
        two.leave(message);
        assertThat(journal.events()).containsExactly("switched", "paused");

        clock.advance(Duration.ofMinutes(2));
        two.heard(check(two));
        assertThat(two.isPaused()).isFalse();
        assertThat(journal.lines("resumed")).containsExactly("resumed relay@contoso.example after PT3M");
    }

    @Test
    void aPausedMailboxTakesNoOtherRoad() {
        two.pause(enter(two), QUOTA, null);
        assertThat(two.enter()).isEmpty();
        assertThat(two.isPaused()).isTrue();
    }

    @Test
    void goesWhereItCanWhenARoadCannotBeReached() {
        DeliveryPermit lost = enter(two);
        two.unreachable(lost, REFUSED);
        two.leave(lost);
        assertThat(enter(two).road().name()).isEqualTo("graph.example");
        clock.advance(Duration.ofSeconds(1));
        two.heard(check(two));
        assertThat(journal.events()).containsExactly("switched", "returned");
    }

    @Test
    void isPausedForItsPoolOnlyWhenAnOutageLasts() {
        roads.unreachable(enter(roads), REFUSED);
        assertThat(roads.isPaused()).isFalse();
        clock.advance(Duration.ofMinutes(1));
        assertThat(roads.isPaused()).isTrue();
    }

    @Test
    void beginsNoMoreMessagesThanTheRoadHasConnections() {
        DeliveryPermit first = enter(roads);
        enter(roads);
        assertThat(roads.room()).isZero();
        assertThat(roads.enter()).isEmpty();
        roads.leave(first);
        assertThat(roads.room()).isEqualTo(1);
    }

    @Test
    void goesOnByTheNextRoadWhileEverythingHangsOnTheOneToBeProbed() {
        DeliveryPermit closing = enter(two);
        enter(two); // hangs
        two.close(closing, QUOTA, null);
        DeliveryPermit next = enter(two);
        two.leave(closing);
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit probe = enter(two);
        assertThat(probe.road().name()).as("the one connection left").isEqualTo("smtp.example:587");
        assertThat(enter(two).road()).isEqualTo(next.road());
        two.close(probe, QUOTA, null);
        clock.advance(Duration.ofMinutes(2));
        assertThat(enter(two).road()).as("no connection is left to probe").isEqualTo(next.road());
    }

    private static DeliveryPermit enter(UpstreamFailover roads) {
        return roads.enter().orElseThrow();
    }

    private static DeliveryPermit check(UpstreamFailover roads) {
        return roads.enterCheck().orElseThrow();
    }
}
