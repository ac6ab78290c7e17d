package org.o365relay.deliver.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.o365relay.ManualClock;
import org.o365relay.deliver.health.HealthEvent.Answered;
import org.o365relay.deliver.health.HealthEvent.ConnectionLost;
import org.o365relay.deliver.health.HealthEvent.MailboxFailed;
import org.o365relay.deliver.health.HealthEvent.MessageAccepted;
import org.o365relay.deliver.health.HealthEvent.MessageRefused;
import org.o365relay.deliver.health.HealthEvent.QuotaUsedUp;
import org.o365relay.deliver.health.HealthEvent.RequestMessageProbe;
import org.o365relay.deliver.health.HealthEvent.TransactionFailed;
import org.o365relay.deliver.health.HealthEvent.UpstreamFailed;
import org.o365relay.deliver.health.HealthEvent.UpstreamUnreachable;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

class UpstreamFailoverTest {

    private static final Cause DENIED =
            Causes.of(Step.AUTH, Reply.of(535, "5.7.3", "Authentication unsuccessful"), "check the password");
    private static final Cause QUOTA =
            Causes.of(Step.END_OF_CONTENT, Reply.of(554, "5.2.0", "SubmissionQuotaExceeded"), "wait a day");
    private static final Cause REFUSED =
            Causes.of(Step.CONNECT, Reply.of(451, "4.4.1", "connection refused"), "could not be reached.");

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private final RememberingJournal journal = new RememberingJournal();
    private final UpstreamFailover failover = failover(new FakeUpstream("smtp.example:587", 2));
    private final UpstreamFailover two =
            failover(new FakeUpstream("smtp.example:587", 2), new FakeUpstream("graph.example", 4));

    private UpstreamFailover failover(Upstream... upstreams) {
        return new UpstreamFailover(
                EmailAddress.parse("relay@contoso.example").orElseThrow(),
                List.of(upstreams),
                new ProbeSchedule(Duration.ofMinutes(1), Duration.ofMinutes(15)),
                journal,
                clock.steady());
    }

    @Test
    void increasesTheProbeDelayUpToTheMaximum() {
        failover.apply(new UpstreamFailed(enter(failover), DENIED, null));
        for (int minutes : new int[] {1, 2, 4, 8, 15, 15}) {
            assertThat(failover.untilNextAttempt()).isEqualTo(Duration.ofMinutes(minutes));
            assertThat(failover.acquireCheck()).as("before its time").isEmpty();
            clock.advance(Duration.ofMinutes(minutes));
            assertThat(failover.acquire())
                    .as("the sign-in is probed without a message")
                    .isEmpty();
            DeliveryPermit probe = check(failover);
            failover.apply(new UpstreamFailed(probe, DENIED, null));
            failover.release(probe);
        }
        assertThat(journal.lines("blocked")).hasSize(1);
    }

    @Test
    void probesOnTheScheduleOfTheFailure() {
        ProbeSchedule hourly = new ProbeSchedule(Duration.ofHours(1), Duration.ofHours(1));
        failover.apply(new MailboxFailed(enter(failover), QUOTA, hourly));
        for (int i = 0; i < 3; i++) {
            assertThat(failover.untilNextAttempt()).isEqualTo(Duration.ofHours(1));
            clock.advance(Duration.ofHours(1));
            DeliveryPermit probe = enter(failover);
            assertThat(failover.acquire()).as("one at a time").isEmpty();
            failover.apply(new MailboxFailed(probe, QUOTA, hourly));
            failover.release(probe);
        }
    }

    @Test
    void deliveriesThroughReplacedUpstreamsAreScheduledByTheHealthOfTheNewOnes() {
        DeliveryPermit old = enter(failover);
        UpstreamFailover second = failover(new FakeUpstream("smtp.example:587", 2));
        UpstreamFailover third = failover(new FakeUpstream("smtp.example:587", 2));
        second.replace(failover);
        third.replace(second);

        failover.apply(new UpstreamUnreachable(old, REFUSED));
        failover.release(old);
        assertThat(failover.untilNextAttempt()).as("the new upstream is open").isZero();
        clock.advance(Duration.ofMinutes(2));
        assertThat(failover.isOutOfService()).isFalse();
        assertThat(journal.lines()).isEmpty();

        DeliveryPermit permit = enter(third);
        third.apply(new MailboxFailed(permit, QUOTA, null));
        third.release(permit);
        assertThat(failover.untilNextAttempt()).isEqualTo(Duration.ofMinutes(1));
        assertThat(failover.isOutOfService()).isTrue();
        var _ = third.retry(null);
        third.apply(new RequestMessageProbe("anna"));
        assertThat(failover.messageProbeRequestedBy()).contains("anna");
    }

    @Test
    void ignoresDeliveriesThatWereInFlightWhenItWasSuspended() {
        DeliveryPermit early = enter(failover);
        DeliveryPermit late = enter(failover);
        failover.apply(new UpstreamFailed(early, DENIED, null));
        failover.apply(new UpstreamFailed(late, DENIED, null));
        failover.apply(new MessageAccepted(late));
        assertThat(failover.untilNextAttempt()).isEqualTo(Duration.ofMinutes(1));
        assertThat(journal.lines("unblocked")).isEmpty();
    }

    @Test
    void reportsAgainWhenTheReasonChanges() {
        failover.apply(new UpstreamFailed(enter(failover), DENIED, null));
        clock.advance(Duration.ofMinutes(1));
        failover.apply(
                new UpstreamFailed(check(failover), Causes.of(Step.AUTH, DENIED.reply(), "switch SMTP AUTH on"), null));
        assertThat(journal.lines("blocked")).hasSize(2);
    }

    @Test
    void staysSuspendedIfAProbeGetsNoReply() {
        failover.apply(new UpstreamFailed(enter(failover), DENIED, null));
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit probe = check(failover);
        failover.apply(new UpstreamUnreachable(probe, REFUSED));
        failover.release(probe);
        assertThat(failover.isOpen()).isFalse();
        assertThat(failover.untilNextAttempt()).isEqualTo(Duration.ofMinutes(2));
        assertThat(journal.lines()).as("recorded once").hasSize(1);
    }

    @Test
    void retriesAnUnreachableUpstreamAndReportsWhenItIsReachable() {
        DeliveryPermit first = enter(failover);
        DeliveryPermit second = enter(failover);
        failover.apply(new UpstreamUnreachable(first, REFUSED));
        failover.apply(new UpstreamUnreachable(second, REFUSED)); // another delivery that was under way
        failover.release(first);
        failover.release(second);
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            assertThat(failover.untilNextAttempt()).isEqualTo(Duration.ofSeconds(seconds));
            clock.advance(Duration.ofSeconds(seconds));
            assertThat(failover.freeSlots())
                    .as("no message before the result is known")
                    .isZero();
            DeliveryPermit probe = check(failover);
            failover.apply(new UpstreamUnreachable(probe, REFUSED));
            failover.release(probe);
        }
        clock.advance(Duration.ofSeconds(30));
        failover.apply(new Answered(check(failover)));
        assertThat(failover.isOpen()).isTrue();
        assertThat(journal.lines())
                .containsExactly(
                        "unreachable relay@contoso.example by smtp.example:587: 451 4.4.1 connection refused until"
                                + " 2026-11-21T08:00:01Z",
                        "reachable relay@contoso.example by smtp.example:587 after PT2M1S");
    }

    @Test
    void keepsIncreasingTheDelayWhileSignInsSucceedAndMessagesFail() {
        for (int seconds : new int[] {1, 2, 4}) {
            DeliveryPermit permit = enter(failover);
            failover.apply(new UpstreamUnreachable(permit, REFUSED));
            failover.release(permit);
            assertThat(failover.untilNextAttempt()).isEqualTo(Duration.ofSeconds(seconds));
            clock.advance(Duration.ofSeconds(seconds));
            DeliveryPermit probe = check(failover);
            failover.apply(new Answered(probe));
            failover.release(probe);
        }
        DeliveryPermit served = enter(failover);
        failover.apply(new MessageAccepted(served));
        failover.apply(new UpstreamUnreachable(served, REFUSED));
        failover.release(served);
        assertThat(failover.untilNextAttempt()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void treatsAnInterruptedProbeAsFailed() {
        failover.apply(new MailboxFailed(enter(failover), QUOTA, null));
        clock.advance(Duration.ofMinutes(1));
        failover.apply(new ConnectionLost(enter(failover)));
        assertThat(failover.untilNextAttempt()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void isProbedWithOneMessageAfterASignInIfMessagesWereLost() {
        Cause dropped = Causes.of(Step.CONTENT, Reply.of(451, "4.4.2", "connection lost"), "was lost.");
        for (int i = 0; i < 3; i++) {
            assertThat(failover.isOpen()).isTrue();
            DeliveryPermit permit = enter(failover);
            failover.apply(new TransactionFailed(permit, dropped));
            failover.release(permit);
        }
        assertThat(failover.freeSlots()).isZero();
        clock.advance(Duration.ofSeconds(1));
        DeliveryPermit signIn = check(failover);
        failover.apply(new Answered(signIn));
        failover.release(signIn);
        assertThat(failover.freeSlots()).as("one message").isEqualTo(1);
        DeliveryPermit probe = enter(failover);
        failover.apply(new TransactionFailed(probe, dropped));
        failover.release(probe);
        assertThat(failover.untilNextAttempt()).isEqualTo(Duration.ofSeconds(2));
        clock.advance(Duration.ofSeconds(2));
        DeliveryPermit again = check(failover);
        failover.apply(new Answered(again));
        failover.release(again);
        failover.apply(new MessageAccepted(enter(failover)));
        assertThat(failover.isOpen()).isTrue();
        assertThat(journal.events()).containsExactly("unreachable", "reachable");
    }

    @Test
    void staysOpenWhenAMessageIsDeferred() {
        failover.apply(new ConnectionLost(enter(failover)));
        assertThat(failover.isOpen()).isTrue();
    }

    @Test
    void opensWhenAProbeGetsPastTheFailedSignIn() {
        failover.apply(new UpstreamFailed(enter(failover), DENIED, null));
        clock.advance(Duration.ofMinutes(3));
        failover.apply(new Answered(check(failover)));
        assertThat(failover.isOpen()).isTrue();
        assertThat(journal.lines("unblocked")).containsExactly("unblocked relay@contoso.example after PT3M");
    }

    @Test
    void staysSuspendedIfAProbeEndsBeforeTheFailedStep() {
        failover.apply(new MailboxFailed(enter(failover), QUOTA, null));
        clock.advance(Duration.ofMinutes(1));
        failover.apply(new Answered(enter(failover)));
        assertThat(failover.isOpen()).isFalse();
        assertThat(failover.untilNextAttempt()).as("no back-off for it").isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void isNotReopenedByARefusalAtAnEarlierStep() {
        failover.apply(new MailboxFailed(enter(failover), QUOTA, null));
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit early = enter(failover);
        failover.apply(new MessageRefused(early, Step.RCPT));
        failover.release(early);
        assertThat(failover.isOpen()).isFalse();
        clock.advance(Duration.ofMinutes(1));
        failover.apply(new MessageRefused(enter(failover), Step.END_OF_CONTENT));
        assertThat(failover.isOpen()).isTrue();
    }

    @Test
    void isNotSuspendedForHoursByAClockThatIsSetBack() {
        failover.apply(new UpstreamFailed(enter(failover), DENIED, null));
        clock.jump(Duration.ofHours(-5));
        assertThat(failover.untilNextAttempt()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void staysBlockedUntilATimeAndThenOpens() {
        failover.apply(new QuotaUsedUp(enter(failover), QUOTA, clock.instant().plus(Duration.ofHours(2)), false));
        assertThat(failover.freeSlots()).isZero();
        clock.advance(Duration.ofHours(2));
        assertThat(failover.freeSlots()).isPositive();
        assertThat(journal.events()).containsExactly("blocked", "unblocked");
    }

    @Test
    void usesTheFallbackUntilAProbeOfThePrimarySucceeds() {
        DeliveryPermit first = enter(two);
        two.apply(new UpstreamFailed(first, DENIED, null));
        two.release(first);
        assertThat(upstream(two, enter(two))).isEqualTo("graph.example");
        clock.advance(Duration.ofMinutes(1));
        assertThat(upstream(two, enter(two))).as("sticky").isEqualTo("graph.example");
        two.apply(new Answered(check(two)));
        assertThat(upstream(two, enter(two))).isEqualTo("smtp.example:587");
        assertThat(journal.lines())
                .containsExactly(
                        "failover relay@contoso.example from smtp.example:587 to graph.example: 535 5.7.3"
                                + " Authentication unsuccessful | check the password",
                        "failback relay@contoso.example to smtp.example:587 after PT1M");
    }

    @Test
    void probesThePrimaryWithOneMessageIfItFailedAfterMail() {
        Cause unknown = Causes.of(Step.RCPT, Reply.of(550, "5.7.64", "Relay Access Denied"), "see the connector");
        two.apply(new UpstreamFailed(enter(two), unknown, null));
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit probe = enter(two);
        assertThat(upstream(two, probe)).isEqualTo("smtp.example:587");
        assertThat(upstream(two, enter(two))).isEqualTo("graph.example");
        two.apply(new UpstreamFailed(probe, unknown, null));
        two.release(probe);
        assertThat(upstream(two, enter(two))).isEqualTo("graph.example");
        assertThat(journal.lines("failover")).hasSize(1);
    }

    @Test
    void isBlockedOnceAllUpstreamsAreSuspendedAndReportsEachReasonOnce() {
        two.apply(new UpstreamFailed(enter(two), DENIED, null));
        two.apply(new UpstreamFailed(enter(two), QUOTA, null));
        assertThat(two.isOutOfService()).isTrue();
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit signIn = check(two);
        two.apply(new UpstreamFailed(signIn, DENIED, null));
        two.release(signIn);
        DeliveryPermit message = enter(two);
        assertThat(upstream(two, message)).isEqualTo("graph.example");
        two.apply(new UpstreamFailed(message, QUOTA, null));
        two.release(message);
        assertThat(journal.events()).containsExactly("failover", "blocked");

        clock.advance(Duration.ofMinutes(2));
        two.apply(new Answered(check(two)));
        assertThat(two.isOutOfService()).isFalse();
        assertThat(journal.lines("unblocked")).containsExactly("unblocked relay@contoso.example after PT3M");
    }

    @Test
    void aBlockedMailboxUsesNoFallback() {
        two.apply(new MailboxFailed(enter(two), QUOTA, null));
        assertThat(two.acquire()).isEmpty();
        assertThat(two.isOutOfService()).isTrue();
    }

    @Test
    void usesTheFallbackWhenTheUpstreamCannotBeReached() {
        DeliveryPermit lost = enter(two);
        two.apply(new UpstreamUnreachable(lost, REFUSED));
        two.release(lost);
        assertThat(upstream(two, enter(two))).isEqualTo("graph.example");
        clock.advance(Duration.ofSeconds(1));
        two.apply(new Answered(check(two)));
        assertThat(journal.events()).containsExactly("failover", "failback");
    }

    @Test
    void usesTheFallbackWhileTheProbeHangs() {
        DeliveryPermit closing = enter(two);
        enter(two); // hangs
        two.apply(new UpstreamFailed(closing, QUOTA, null));
        DeliveryPermit next = enter(two);
        two.release(closing);
        clock.advance(Duration.ofMinutes(1));
        DeliveryPermit probe = enter(two);
        assertThat(upstream(two, probe)).as("the one connection left").isEqualTo("smtp.example:587");
        assertThat(upstream(two, enter(two))).isEqualTo(upstream(two, next));
        two.apply(new UpstreamFailed(probe, QUOTA, null));
        clock.advance(Duration.ofMinutes(2));
        assertThat(upstream(two, enter(two)))
                .as("no connection is left to probe")
                .isEqualTo(upstream(two, next));
    }

    private static String upstream(UpstreamFailover failover, DeliveryPermit permit) {
        return failover.upstream(permit).name();
    }

    private static DeliveryPermit enter(UpstreamFailover failover) {
        return failover.acquire().orElseThrow();
    }

    private static DeliveryPermit check(UpstreamFailover failover) {
        return failover.acquireCheck().orElseThrow();
    }
}
