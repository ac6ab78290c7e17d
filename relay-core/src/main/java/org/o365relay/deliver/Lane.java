package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.rewrite.Rewriter;

/// One mailbox's way out: how mail is rewritten for it, where it goes, how answers are judged, and whether it
/// may leave at the moment.
///
/// Trouble that is the mailbox's own, such as a wrong password, closes the lane: messages wait in the queue,
/// none loses an attempt, and the admin is told once. One message at a time then probes whether the trouble is
/// over, less and less often.
public final class Lane {

    private final EmailAddress mailbox;
    private final Rewriter rewriter;
    private final Upstream upstream;
    private final FailurePolicy policy;
    private final ProbeSchedule probes;
    private final Journal journal;
    private final InstantSource clock;
    private @Nullable Pause pause;

    private record Pause(Instant since, Reply reply, String advice, int probes, Instant nextProbe) {}

    /// An open lane.
    ///
    /// @param upstream closed by the dispatcher
    public Lane(
            MailboxSettings settings, Upstream upstream, ProbeSchedule probes, Journal journal, InstantSource clock) {
        this.mailbox = settings.address();
        this.rewriter = new Rewriter(settings.rewrite());
        this.upstream = upstream;
        this.policy = new FailurePolicy(mailbox);
        this.probes = probes;
        this.journal = journal;
        this.clock = clock;
    }

    Rewriter rewriter() {
        return rewriter;
    }

    Upstream upstream() {
        return upstream;
    }

    FailurePolicy policy() {
        return policy;
    }

    synchronized boolean isPaused() {
        return pause != null;
    }

    /// @return how long nothing may be tried; zero if the lane is open or a probe is due
    synchronized Duration untilProbe() {
        if (pause == null) {
            return Duration.ZERO;
        }
        Duration left = Duration.between(clock.instant(), pause.nextProbe());
        return left.isNegative() ? Duration.ZERO : left;
    }

    /// Closes the lane, or keeps it closed after a probe. Told to the journal when it closes and when the
    /// reason changes.
    ///
    /// @param advice what the admin can do about it
    synchronized void pause(Reply reply, String advice) {
        Instant now = clock.instant();
        Pause before = pause;
        if (before != null && now.isBefore(before.nextProbe())) {
            return; // a delivery that was under way when the lane closed
        }
        int probed = before == null ? 0 : before.probes() + 1;
        Instant since = before == null ? now : before.since();
        Pause after = new Pause(since, reply, advice, probed, now.plus(probes.delay(probed)));
        pause = after;
        if (before == null || !before.advice().equals(advice)) {
            journal.paused(mailbox, upstream.name(), reply, advice, after.nextProbe());
        }
    }

    /// A probe got no answer; the next one is put off.
    synchronized void probeWasInconclusive() {
        if (pause != null) {
            int probed = pause.probes() + 1;
            pause = new Pause(
                    pause.since(),
                    pause.reply(),
                    pause.advice(),
                    probed,
                    clock.instant().plus(probes.delay(probed)));
        }
    }

    /// The upstream has served the mailbox.
    synchronized void resume() {
        if (pause != null) {
            journal.resumed(mailbox, Duration.between(pause.since(), clock.instant()));
            pause = null;
        }
    }
}
