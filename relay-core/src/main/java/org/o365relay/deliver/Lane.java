package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.Response.Step;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Supply;
import org.o365relay.rewrite.Rewriter;

/// One mailbox's way out: how mail is rewritten for it, where it goes, how answers are judged, and whether it
/// may leave at the moment.
///
/// - *Paused*: trouble that is the mailbox's own, such as a wrong password. Messages wait in the queue, none
///   loses an attempt, and the admin is told once. One message at a time then probes whether the trouble is
///   over, less and less often.
/// - *Resting*: the upstream could not be reached. The message that found out is deferred like any other; to
///   try all the others as well would only fill the log, so they wait a few seconds, and then one tries again.
public final class Lane {

    private static final ProbeSchedule RESTS = new ProbeSchedule(Duration.ofSeconds(1), Duration.ofSeconds(30));

    private final EmailAddress mailbox;
    private final String account;
    private final Rewriter rewriter;
    private final Upstream upstream;
    private final FailurePolicy policy;
    private final ProbeSchedule probes;
    private final Journal journal;
    private final InstantSource clock;
    private @Nullable Pause pause;
    private @Nullable Rest rest;
    private int changes;

    /// @param step where the trouble showed
    /// @param delay from the last probe to the next
    private record Pause(Instant since, Step step, String advice, int probes, Duration delay, Instant until) {}

    private record Rest(int tries, Duration delay, Instant until) {}

    /// An open lane.
    ///
    /// @param upstream closed by the dispatcher
    public Lane(
            MailboxSettings settings, Upstream upstream, ProbeSchedule probes, Journal journal, InstantSource clock) {
        this.mailbox = settings.address();
        this.account = settings.account();
        this.rewriter = new Rewriter(settings.rewrite());
        this.upstream = upstream;
        this.policy = new FailurePolicy(mailbox);
        this.probes = probes;
        this.journal = journal;
        this.clock = clock;
    }

    /// @return what it may claim from the queue
    Supply supply() {
        String name = mailbox.toString().toLowerCase(Locale.ROOT);
        return new Supply(name, List.of(name));
    }

    /// @return who is signed in
    String account() {
        return account;
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

    /// @return whether messages may leave side by side; if not, one at a time may try once [#closedFor()] is
    ///     over
    synchronized boolean isOpen() {
        return pause == null && rest == null;
    }

    /// @return how long nothing may be tried; zero if something may
    synchronized Duration closedFor() {
        if (pause != null) {
            return left(pause.until(), pause.delay());
        }
        return rest == null ? Duration.ZERO : left(rest.until(), rest.delay());
    }

    /// Never longer than the delay that was chosen, even if the clock has been set back meanwhile.
    private Duration left(Instant until, Duration delay) {
        Duration left = Duration.between(clock.instant(), until);
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        return left.compareTo(delay) < 0 ? left : delay;
    }

    /// @return to be taken before a delivery and handed back with what came of it: a delivery that began before
    ///     the lane closed or opened has no say any more
    synchronized int mark() {
        return changes;
    }

    /// Closes the lane, or keeps it closed after a probe. Told to the journal when it closes and when the
    /// reason changes.
    ///
    /// @param step where the trouble showed
    /// @param advice what the admin can do about it
    synchronized void pause(int mark, Step step, Reply reply, String advice) {
        if (mark != changes) {
            return;
        }
        Pause before = pause;
        int probed = before == null ? 0 : before.probes() + 1;
        Instant since = before == null ? clock.instant() : before.since();
        Pause after = pause(since, step, advice, probed);
        change(after, null);
        if (before == null || !before.advice().equals(advice)) {
            journal.paused(mailbox, upstream.name(), reply, advice, after.until());
        }
    }

    /// The upstream has not said anything to the message.
    ///
    /// @param inSession whether it was lost in the middle; then it is the message's affair, unless this was a
    ///     probe
    synchronized void unheard(int mark, boolean inSession) {
        if (mark != changes || (isOpen() && inSession)) {
            return;
        }
        if (pause != null) {
            change(pause(pause.since(), pause.step(), pause.advice(), pause.probes() + 1), null);
        } else {
            int tries = rest == null ? 0 : rest.tries() + 1;
            Duration delay = RESTS.delay(tries);
            change(null, new Rest(tries, delay, clock.instant().plus(delay)));
        }
    }

    /// The upstream has put the message off. So it can be reached, and lets the relay sign in; whether trouble
    /// that shows later is over, such as a quota's, is for the next probe to find out.
    synchronized void heard(int mark) {
        if (mark != changes || isOpen()) {
            return;
        }
        if (pause != null && pause.step().compareTo(Step.MAIL) >= 0) {
            change(pause(pause.since(), pause.step(), pause.advice(), pause.probes()), null);
        } else {
            open();
        }
    }

    /// The upstream has served the mailbox.
    synchronized void served(int mark) {
        if (mark == changes && !isOpen()) {
            open();
        }
    }

    private void open() {
        Pause before = pause;
        change(null, null);
        if (before != null) {
            journal.resumed(mailbox, Duration.between(before.since(), clock.instant()));
        }
    }

    private Pause pause(Instant since, Step step, String advice, int probed) {
        Duration delay = probes.delay(probed);
        return new Pause(since, step, advice, probed, delay, clock.instant().plus(delay));
    }

    private void change(@Nullable Pause nextPause, @Nullable Rest nextRest) {
        pause = nextPause;
        rest = nextRest;
        changes++;
    }
}
