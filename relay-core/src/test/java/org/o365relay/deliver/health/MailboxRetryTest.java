package org.o365relay.deliver.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.ManualClock;
import org.o365relay.deliver.health.HealthEvent.MailboxFailed;
import org.o365relay.deliver.health.HealthEvent.MessageAccepted;
import org.o365relay.deliver.health.HealthEvent.Pause;
import org.o365relay.deliver.health.HealthEvent.QuotaUsedUp;
import org.o365relay.deliver.health.HealthEvent.UpstreamFailed;
import org.o365relay.deliver.health.HealthEvent.UpstreamUnreachable;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// `mailboxes resume` and `mailboxes retry` for every kind of block: each is probed at once, and a probe that
/// fails goes back to the schedule.
class MailboxRetryTest {

    private static final Cause SIGN_IN =
            Causes.of(Step.AUTH, Reply.of(535, "5.7.3", "Authentication unsuccessful"), "sign-in");
    private static final Cause DATA = Causes.of(Step.END_OF_CONTENT, Reply.of(554, "5.2.0", "Refused"), "refusal");
    private static final Duration DAY = Duration.ofDays(1);

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private final RememberingJournal journal = new RememberingJournal();
    private final FakeUpstream primary = new FakeUpstream("graph.example", 2);
    private final FakeUpstream fallback = new FakeUpstream("smtp.example:587", 2);
    private UpstreamFailover mailbox = mailbox(primary);

    private UpstreamFailover mailbox(FakeUpstream... upstreams) {
        return new UpstreamFailover(
                EmailAddress.parse("relay@contoso.example").orElseThrow(),
                List.of(upstreams),
                new ProbeSchedule(Duration.ofMinutes(1), Duration.ofMinutes(15)),
                journal,
                clock.steady());
    }

    enum Kind {
        SIGN_IN_FAILED,
        UPSTREAM_REFUSES_MAIL,
        UPSTREAM_ASKS_FOR_A_DAY,
        MICROSOFT_QUOTA,
        MAILBOX_FULL,
        PENALTY_BOX,
        UNREACHABLE
    }

    private void fail(DeliveryPermit permit, Kind kind) {
        switch (kind) {
            case SIGN_IN_FAILED -> mailbox.apply(new UpstreamFailed(permit, SIGN_IN, null));
            case UPSTREAM_REFUSES_MAIL -> mailbox.apply(new UpstreamFailed(permit, DATA, null));
            case UPSTREAM_ASKS_FOR_A_DAY ->
                mailbox.apply(new UpstreamFailed(permit, SIGN_IN, new ProbeSchedule(DAY, DAY)));
            case MICROSOFT_QUOTA, PENALTY_BOX ->
                mailbox.apply(new MailboxFailed(permit, DATA, new ProbeSchedule(DAY, DAY)));
            case MAILBOX_FULL -> mailbox.apply(new MailboxFailed(permit, DATA, null));
            case UNREACHABLE -> mailbox.apply(new UpstreamUnreachable(permit, SIGN_IN));
        }
        mailbox.release(permit);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        SIGN_IN_FAILED          | retry  | SIGN_IN
        SIGN_IN_FAILED          | resume | SIGN_IN
        UPSTREAM_REFUSES_MAIL   | retry  | MESSAGE
        UPSTREAM_REFUSES_MAIL   | resume | MESSAGE
        UPSTREAM_ASKS_FOR_A_DAY | retry  | SIGN_IN
        UPSTREAM_ASKS_FOR_A_DAY | resume | SIGN_IN
        MICROSOFT_QUOTA         | retry  | MESSAGE
        MICROSOFT_QUOTA         | resume | MESSAGE
        MAILBOX_FULL            | retry  | MESSAGE
        MAILBOX_FULL            | resume | MESSAGE
        PENALTY_BOX             | retry  | MESSAGE
        PENALTY_BOX             | resume | MESSAGE
        UNREACHABLE             | retry  | SIGN_IN
        UNREACHABLE             | resume | SIGN_IN
        """)
    void probesEveryKindOfBlockAtOnceAndKeepsTheScheduleIfTheProbeFails(
            Kind kind, String command, RequestedProbe.Method means) {
        fail(mailbox.acquire().orElseThrow(), kind);
        State state = mailbox.status().state();
        assertThat(due(means)).as("before its time").isEmpty();

        List<RequestedProbe> probes = requested(command);

        assertThat(probes).singleElement().satisfies(probe -> {
            assertThat(probe.method()).isEqualTo(means);
            assertThat(probe.waitsUntil()).isNull();
        });
        fail(due(means).getFirst(), kind);
        assertThat(mailbox.status().state()).isEqualTo(state);
        assertThat(mailbox.status().nextProbe()).as("no busy loop").isAfter(clock.instant());
        assertThat(due(means)).as("one probe only").isEmpty();

        requested(command);
        mailbox.apply(new MessageAccepted(due(means).getFirst()));
        assertThat(mailbox.status().state()).as("a probe that succeeds").isEqualTo(State.OPEN);
    }

    private List<DeliveryPermit> due(RequestedProbe.Method means) {
        return (means == RequestedProbe.Method.SIGN_IN ? mailbox.acquireCheck() : mailbox.acquire())
                .stream().toList();
    }

    @ParameterizedTest
    @CsvSource({"retry", "resume"})
    void liftsABlockByTheRelaysOwnQuotaOnlyIfTheQuotaHasRoom(String command) {
        Instant later = clock.instant().plus(Duration.ofHours(1));
        DeliveryPermit permit = mailbox.acquire().orElseThrow();
        mailbox.apply(new QuotaUsedUp(permit, DATA, later, false));
        mailbox.release(permit);

        List<RequestedProbe> probes = command.equals("retry") ? mailbox.retry(later) : mailbox.resume(later);
        assertThat(probes).extracting(RequestedProbe::waitsUntil).containsExactly(later);
        assertThat(mailbox.acquire()).as("the quota is used up").isEmpty();

        List<RequestedProbe> lifted = requested(command);
        assertThat(lifted).extracting(RequestedProbe::method).containsExactly(RequestedProbe.Method.QUOTA);
        assertThat(mailbox.acquire()).as("the quota has room").isPresent();
    }

    @ParameterizedTest
    @CsvSource({"retry", "resume"})
    void endsAWaitThatTheUpstreamInUseHasAskedFor(String command) {
        primary.beginRetryAfter();

        assertThat(requested(command))
                .containsExactly(new RequestedProbe(
                        "graph.example",
                        RequestedProbe.Target.UPSTREAM,
                        "the upstream asked the relay to wait (Retry-After).",
                        RequestedProbe.Method.MESSAGE,
                        null));
        assertThat(requested(command)).as("the wait has ended").isEmpty();
        assertThat(mailbox.status().state()).isEqualTo(State.OPEN);
    }

    @Test
    void aProbeAfterAReloadKeepsTheWaitThatTheUpstreamHasAskedFor() {
        fail(mailbox.acquire().orElseThrow(), Kind.SIGN_IN_FAILED);
        primary.beginRetryAfter();

        assertThat(mailbox.probe(null))
                .extracting(RequestedProbe::method)
                .containsExactly(RequestedProbe.Method.SIGN_IN);
        assertThat(mailbox.acquireCheck()).isPresent();
        assertThat(primary.endRetryAfter()).as("it still waited").isTrue();
    }

    @ParameterizedTest
    @CsvSource({"retry", "resume"})
    void reportsASuspendedUpstreamThatHasAskedForAWaitOnce(String command) {
        fail(mailbox.acquire().orElseThrow(), Kind.UPSTREAM_ASKS_FOR_A_DAY);
        primary.beginRetryAfter();

        assertThat(requested(command))
                .extracting(RequestedProbe::method)
                .containsExactly(RequestedProbe.Method.SIGN_IN);
        assertThat(primary.endRetryAfter()).as("the wait has ended").isFalse();
    }

    @ParameterizedTest
    @CsvSource({"retry", "resume"})
    void endsAWaitOfAnUnusedFallbackWithoutReportingIt(String command) {
        mailbox = mailbox(primary, fallback);
        fallback.beginRetryAfter();

        assertThat(requested(command)).isEmpty();
        assertThat(fallback.endRetryAfter()).as("the wait has ended").isFalse();
    }

    @ParameterizedTest
    @CsvSource({"retry", "resume"})
    void doesNotListTheProbeOfASuspendedUpstreamWhileTheMailboxIsBlocked(String command) {
        mailbox = mailbox(primary, fallback);
        fail(mailbox.acquire().orElseThrow(), Kind.SIGN_IN_FAILED);
        fail(mailbox.acquire().orElseThrow(), Kind.MAILBOX_FULL);

        assertThat(requested(command))
                .extracting(RequestedProbe::target)
                .containsExactly(RequestedProbe.Target.MAILBOX);
        assertThat(mailbox.acquireCheck()).as("the upstream is not probed").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"retry", "resume"})
    void listsTheProbeOfASuspendedUpstreamIfTheBlockEndsAtOnce(String command) {
        mailbox = mailbox(primary, fallback);
        fail(mailbox.acquire().orElseThrow(), Kind.SIGN_IN_FAILED);
        DeliveryPermit permit = mailbox.acquire().orElseThrow();
        mailbox.apply(new QuotaUsedUp(permit, DATA, clock.instant().plus(DAY), false));
        mailbox.release(permit);

        assertThat(requested(command))
                .extracting(RequestedProbe::target)
                .containsExactly(RequestedProbe.Target.MAILBOX, RequestedProbe.Target.UPSTREAM);
        assertThat(mailbox.acquireCheck()).as("the upstream is probed").isPresent();
    }

    private List<RequestedProbe> requested(String command) {
        return command.equals("retry") ? mailbox.retry(null) : mailbox.resume(null);
    }

    @ParameterizedTest
    @CsvSource({"retry,PAUSED", "resume,OPEN"})
    void onlyResumeEndsAnOperatorsPause(String command, State expected) {
        mailbox.apply(new Pause(clock.instant(), "anna"));

        assertThat(requested(command)).isEmpty();
        assertThat(mailbox.status().state()).isEqualTo(expected);
    }
}
