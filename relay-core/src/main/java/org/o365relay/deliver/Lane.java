package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.rewrite.Rewriter;

/// One mailbox's way out: how mail is rewritten for it, where it goes, how answers are judged, and whether it may
/// leave at the moment.
///
/// - *Paused*: trouble that is the mailbox's own, such as a wrong password. Messages wait in the queue, none loses
///   an attempt, and the admin is told once. One message at a time then probes whether the trouble is over, less
///   and less often.
/// - *Resting*: the upstream could not be reached. The message that found out is deferred like any other; to try
///   all the others as well would only fill the log, so they wait a few seconds, and then one tries again.
public final class Lane {

    private static final ProbeSchedule RESTS = new ProbeSchedule(Duration.ofSeconds(1), Duration.ofSeconds(30));

    private final EmailAddress mailbox;
    private final Rewriter rewriter;
    private final Upstream upstream;
    private final FailurePolicy policy;
    private final ProbeSchedule probes;
    private final Journal journal;
    private final InstantSource clock;
    private @Nullable Pause pause;
    private @Nullable Rest rest;
    private int changes;

    private record Pause(Instant since, Reply reply, String advice, int probes, Instant until) {}

    private record Rest(int tries, Instant until) {}

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

    /// @return whether messages may leave side by side; if not, one at a time may try once [#closedFor()] is over
    synchronized boolean isOpen() {
        return pause == null && rest == null;
    }

    /// @return how long nothing may be tried; zero if something may
    synchronized Duration closedFor() {
        Instant now = clock.instant();
        Instant until = now;
        if (rest != null) {
            until = rest.until();
        }
        if (pause != null) {
            until = pause.until();
        }
        return until.isAfter(now) ? Duration.between(now, until) : Duration.ZERO;
    }

    /// @return to be taken before a delivery and handed back with what came of it: a delivery that began before the
    /// lane
    ///     closed or opened has no say any more
    synchronized int mark() {
        return changes;
    }

    /// Closes the lane, or keeps it closed after a probe. Told to the journal when it closes and when the reason
    /// changes.
    ///
    /// @param advice what the admin can do about it
    synchronized void pause(int mark, Reply reply, String advice) {
        if (mark != changes) {
            return;
        }
        Instant now = clock.instant();
        Pause before = pause;
        int probed = before == null ? 0 : before.probes() + 1;
        Instant since = before == null ? now : before.since();
        Pause after = new Pause(since, reply, advice, probed, now.plus(probes.delay(probed)));
        change(after, null);
        if (before == null || !before.advice().equals(advice)) {
            journal.paused(mailbox, upstream.name(), reply, advice, after.until());
        }
    }

    /// Nothing was learned about the mailbox.
    ///
    /// @param reached whether a session came about; then it is the message's affair, unless this was a probe
    synchronized void notServed(int mark, boolean reached) {
        if (mark != changes || (isOpen() && reached)) {
            return;
        }
        Instant now = clock.instant();
        Pause paused = pause;
        if (paused != null) {
            int probed = paused.probes() + 1;
            Instant until = now.plus(probes.delay(probed));
            change(new Pause(paused.since(), paused.reply(), paused.advice(), probed, until), null);
        } else {
            int tries = rest == null ? 0 : rest.tries() + 1;
            change(null, new Rest(tries, now.plus(RESTS.delay(tries))));
        }
    }

    /// The upstream has served the mailbox.
    synchronized void served(int mark) {
        if (mark != changes || isOpen()) {
            return;
        }
        Pause before = pause;
        change(null, null);
        if (before != null) {
            journal.resumed(mailbox, Duration.between(before.since(), clock.instant()));
        }
    }

    private void change(@Nullable Pause nextPause, @Nullable Rest nextRest) {
        pause = nextPause;
        rest = nextRest;
        changes++;
    }
}
