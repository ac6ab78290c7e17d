package org.o365relay.deliver.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.ManualClock;
import org.o365relay.Polling;
import org.o365relay.deliver.health.HealthEvent.Answered;
import org.o365relay.deliver.health.HealthEvent.MailboxFailed;
import org.o365relay.deliver.health.HealthEvent.Pause;
import org.o365relay.deliver.health.HealthEvent.QuotaUsedUp;
import org.o365relay.deliver.health.HealthEvent.UpstreamFailed;
import org.o365relay.deliver.health.HealthEvent.UpstreamUnreachable;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.deliver.health.RequestedProbe.Method;
import org.o365relay.deliver.health.RequestedProbe.Target;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// The state of a mailbox as shown to operators, and pause, resume and retry.
class MailboxStatusViewTest {

    private static final String MAILBOX = "relay@contoso.example";
    private static final Cause DENIED = new Cause(
            Step.AUTH,
            Reply.of(535, "5.7.3", "Authentication unsuccessful"),
            "authentication-unsuccessful",
            "The password is wrong.",
            "Check it.");
    private static final Cause QUOTA = new Cause(
            Step.END_OF_CONTENT,
            Reply.of(554, "5.2.0", "SubmissionQuotaExceeded"),
            "submission-quota",
            "too much",
            "wait");
    private static final Cause REFUSED =
            Causes.of(Step.CONNECT, Reply.of(451, "4.4.1", "connection refused"), "could not be reached.");

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private final Instant start = clock.instant();
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
    void isOpenAndCountsDeliveriesInFlight() {
        DeliveryPermit first = enter(failover);
        enter(failover);
        failover.release(first);

        assertThat(failover.status())
                .isEqualTo(new MailboxStatus(MAILBOX, State.OPEN, null, "smtp.example:587", "", "", "", null, 1));
    }

    @Test
    void isInFailoverWhileThePrimaryIsSuspended() {
        leave(two, DENIED);

        assertThat(two.status())
                .isEqualTo(new MailboxStatus(
                        MAILBOX,
                        State.FAILOVER,
                        start,
                        "graph.example",
                        "535 5.7.3 Authentication unsuccessful",
                        "authentication-unsuccessful",
                        "The password is wrong.",
                        "Check it.",
                        start.plusSeconds(60),
                        0,
                        null,
                        null,
                        List.of()));
    }

    @Test
    void isRetryingWhileNoUpstreamCanBeReached() {
        DeliveryPermit permit = enter(failover);
        failover.apply(new UpstreamUnreachable(permit, REFUSED));
        failover.release(permit);

        assertThat(failover.status())
                .isEqualTo(new MailboxStatus(
                        MAILBOX,
                        State.RETRYING,
                        start,
                        "smtp.example:587",
                        "451 4.4.1 connection refused",
                        "relay",
                        "could not be reached.",
                        "",
                        start.plusSeconds(1),
                        0,
                        null,
                        null,
                        List.of()));
    }

    @Test
    void isBlockedWhenTheLastUpstreamIsSuspendedAndShowsTheFailureToFix() {
        DeliveryPermit permit = enter(two);
        two.apply(new UpstreamUnreachable(permit, REFUSED));
        two.release(permit);
        clock.advance(Duration.ofMillis(500));
        leave(two, DENIED);

        assertThat(two.status().state()).isEqualTo(State.BLOCKED);
        assertThat(two.status().since()).isEqualTo(start.plusMillis(500));
        assertThat(two.status().upstream()).isEqualTo("graph.example");
        assertThat(two.status().reply()).startsWith("535");
        assertThat(two.status().nextProbe()).as("the first that is tried").isEqualTo(start.plusSeconds(1));
    }

    @Test
    void isBlockedByAFailureOfTheMailbox() {
        DeliveryPermit permit = enter(two);
        two.apply(new MailboxFailed(permit, QUOTA, null));
        two.release(permit);

        assertThat(two.status().state()).isEqualTo(State.BLOCKED);
        assertThat(two.status().reply()).isEqualTo("554 5.2.0 SubmissionQuotaExceeded");
        assertThat(two.status().advice()).isEqualTo("wait");
    }

    @Test
    void isOutOfServiceForItsPoolOnlyIfAnOutageLasts() {
        failover.apply(new UpstreamUnreachable(enter(failover), REFUSED));
        assertThat(failover.isOutOfService()).isFalse();
        clock.advance(Duration.ofMinutes(1));
        assertThat(failover.isOutOfService()).isTrue();
    }

    @Test
    void startsNoMoreDeliveriesThanTheUpstreamHasConnections() {
        DeliveryPermit first = enter(failover);
        enter(failover);
        assertThat(failover.freeSlots()).isZero();
        assertThat(failover.acquire()).isEmpty();
        failover.release(first);
        assertThat(failover.freeSlots()).isEqualTo(1);
    }

    @Test
    void startsNoDeliveryWhilePaused() {
        enter(failover); // ends when it ends
        failover.apply(new Pause(start, "anna"));

        assertThat(failover.freeSlots()).isZero();
        assertThat(failover.acquire()).isEmpty();
        assertThat(failover.isOutOfService()).as("out of service").isTrue();
        assertThat(failover.status())
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
    void continuesWhenResumed() {
        failover.apply(new Pause(start, "anna"));

        assertThat(failover.resume(null)).as("nothing is blocked").isEmpty();
        assertThat(failover.status().state()).isEqualTo(State.OPEN);
        assertThat(failover.acquire()).isPresent();
    }

    @Test
    void staysPausedWhenAnUpstreamRecovers() {
        leave(failover, DENIED);
        failover.apply(new Pause(start, "anna"));
        clock.advance(Duration.ofMinutes(1));
        failover.apply(new Answered(failover.acquireCheck().orElseThrow()));

        assertThat(failover.status().state()).isEqualTo(State.PAUSED);
        assertThat(failover.acquire()).isEmpty();
        failover.resume(null);
        assertThat(failover.status().state()).isEqualTo(State.OPEN);
    }

    @Test
    void isProbedAtOnceWhenAnOperatorResumesIt() {
        leave(failover, DENIED);
        assertThat(failover.acquireCheck()).as("before its time").isEmpty();

        assertThat(failover.resume(null))
                .containsExactly(new RequestedProbe(
                        "smtp.example:587", Target.UPSTREAM, "The password is wrong.", Method.SIGN_IN, null));
        assertThat(failover.status().nextProbe()).isEqualTo(start);
        failover.apply(new Answered(failover.acquireCheck().orElseThrow()));
        assertThat(failover.status().state()).isEqualTo(State.OPEN);
    }

    @Test
    void aBlockedMailboxIsProbedAtOnceWithOneMessageAndKeepsItsScheduleIfThatIsRefused() {
        DeliveryPermit permit = enter(failover);
        failover.apply(new MailboxFailed(permit, QUOTA, null));
        failover.release(permit);
        failover.resume(null);
        DeliveryPermit probe = enter(failover);
        assertThat(failover.acquire()).as("one at a time").isEmpty();
        failover.apply(new MailboxFailed(probe, QUOTA, null));
        failover.release(probe);

        assertThat(failover.status().nextProbe()).isEqualTo(start.plus(Duration.ofMinutes(2)));
    }

    @Test
    void theRelaysOwnQuotaIsNotExceededOnAnOperatorsCommand() {
        Instant later = start.plus(Duration.ofHours(1));
        failover.apply(new QuotaUsedUp(enter(failover), QUOTA, later, false));
        assertThat(failover.resume(later))
                .containsExactly(
                        new RequestedProbe("smtp.example:587", Target.MAILBOX, "too much", Method.QUOTA, later));

        assertThat(failover.acquire()).isEmpty();
        assertThat(failover.status().nextProbe()).isEqualTo(later);
    }

    @Test
    @Timeout(20)
    void wakesAThreadThatWaitsForAFreeSlot() throws Exception {
        failover.apply(new Pause(start, "anna"));
        Thread waiting = Thread.ofVirtual().start(this::awaitRoom);
        Polling.until("the thread waits", () -> waiting.getState() == Thread.State.TIMED_WAITING);
        failover.resume(null);

        assertThat(waiting.join(Duration.ofSeconds(10))).isTrue();
    }

    private void awaitRoom() {
        try {
            failover.awaitFreeSlot();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DeliveryPermit enter(UpstreamFailover failover) {
        return failover.acquire().orElseThrow();
    }

    private static void leave(UpstreamFailover failover, Cause cause) {
        DeliveryPermit permit = enter(failover);
        failover.apply(new UpstreamFailed(permit, cause, null));
        failover.release(permit);
    }
}
