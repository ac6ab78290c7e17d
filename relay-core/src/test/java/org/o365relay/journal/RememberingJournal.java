package org.o365relay.journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.Backoff;
import org.o365relay.journal.Event.Blocked;
import org.o365relay.journal.Event.ClockChanged;
import org.o365relay.journal.Event.Deferred;
import org.o365relay.journal.Event.Delayed;
import org.o365relay.journal.Event.Delivered;
import org.o365relay.journal.Event.Expiring;
import org.o365relay.journal.Event.Failback;
import org.o365relay.journal.Event.Failed;
import org.o365relay.journal.Event.Failover;
import org.o365relay.journal.Event.LimitExceeded;
import org.o365relay.journal.Event.LimitOver;
import org.o365relay.journal.Event.LimitReached;
import org.o365relay.journal.Event.MoreRejected;
import org.o365relay.journal.Event.Ndr;
import org.o365relay.journal.Event.Paused;
import org.o365relay.journal.Event.QueueChanged;
import org.o365relay.journal.Event.QueueDamaged;
import org.o365relay.journal.Event.QueueUnusable;
import org.o365relay.journal.Event.QueueUsable;
import org.o365relay.journal.Event.Reachable;
import org.o365relay.journal.Event.RecipientAttempt;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.journal.Event.Resumed;
import org.o365relay.journal.Event.Retried;
import org.o365relay.journal.Event.Throttled;
import org.o365relay.journal.Event.Unblocked;
import org.o365relay.journal.Event.Unreachable;

/// Records every event in order, as a line of text that begins with the name of its type in camel case:
/// `limitExceeded`.
public final class RememberingJournal implements Journal {

    private final List<String> lines = new ArrayList<>();
    private @Nullable String broken;

    /// @return all events so far
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /// @return those events so far whose line begins with the text
    public synchronized List<String> lines(String beginning) {
        return lines.stream().filter(line -> line.startsWith(beginning)).toList();
    }

    /// @return the names of all events so far
    public synchronized List<String> events() {
        return lines.stream().map(line -> line.substring(0, line.indexOf(' '))).toList();
    }

    /// Waits until this many events begin with the text.
    public synchronized List<String> await(String beginning, int count) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (lines(beginning).size() < count) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("no " + count + " × \"" + beginning + "\" in " + lines);
            }
            wait(left);
        }
        return lines(beginning);
    }

    @Override
    public void record(Event event) {
        remember(text(event));
    }

    private static String text(Event event) {
        return switch (event) {
            case Accepted e ->
                "accepted " + e.id() + " from " + e.envelope().sender() + " to "
                        + e.envelope().recipients() + " " + e.size();
            case Rejected e ->
                "rejected " + e.client().getHostAddress() + " from " + e.from() + " to " + e.to() + ": " + e.reply();
            case MoreRejected e -> "moreRejected " + e.client() + " " + e.count() + ": " + e.last();
            case LimitExceeded e ->
                "limitExceeded " + e.rejection().client().getHostAddress() + " " + e.limit() + " until " + e.until()
                        + ": " + e.rejection().reply();
            case Delivered e -> "delivered " + text(e.attempt());
            case Deferred e ->
                "deferred " + text(e.attempt()) + " until " + e.nextAttempt()
                        + (e.mayHaveArrived() ? " may have arrived" : "");
            case Failed e ->
                "failed " + text(e.attempt()) + (e.by().isEmpty() ? "" : " by " + e.by())
                        + (e.inDigest() ? ", digest to " : ", notice to ") + e.noticeTo();
            case Delayed e ->
                "delayed " + e.id() + " after " + e.waiting() + (e.inDigest() ? ", digest to " : ", notice to ")
                        + e.noticeTo();
            case Ndr e ->
                "ndr " + e.id() + " in " + e.mailbox() + " to " + e.to() + ": "
                        + e.reply() + " | " + e.advice() + ", notice to " + e.noticeTo()
                        + (e.inDigest() ? " in a digest" : "");
            case Blocked e ->
                "blocked " + e.mailbox() + ": " + e.judged().reply() + " | "
                        + e.judged().advice() + " until " + e.nextProbe();
            case Unblocked e -> "unblocked " + e.mailbox() + " after " + e.after();
            case Failover e ->
                "failover " + e.mailbox() + " from " + e.from() + " to " + e.to() + ": "
                        + e.judged().reply() + " | " + e.judged().advice();
            case Failback e -> "failback " + e.mailbox() + " to " + e.upstream() + " after " + e.after();
            case Unreachable e ->
                "unreachable " + e.mailbox() + " by " + e.upstream() + ": "
                        + e.judged().reply() + " until " + e.nextAttempt();
            case Event.Reloaded e -> "reloaded " + e.changes() + " by " + e.by();
            case Event.SettingChanged e -> "settingChanged " + e.key() + ": " + e.before() + " -> " + e.after();
            case Event.RestartNeeded e -> "restartNeeded " + e.key() + ": " + e.before() + " -> " + e.after();
            case Event.ReloadRejected e -> "reloadRejected " + e.problem() + " by " + e.by();
            case QueueUnusable e -> "queue-unusable " + e.reason();
            case QueueUsable e -> "queue-usable after " + e.after();
            case QueueDamaged e -> "queue-damaged " + e.reason();
            case Reachable e -> "reachable " + e.mailbox() + " by " + e.upstream() + " after " + e.after();
            case Throttled e -> "throttled " + e.mailbox() + " to " + e.limit() + " " + e.throttle() + ": " + e.reply();
            case LimitReached e -> "limitReached " + e.mailbox() + " " + e.limit() + " " + e.value();
            case LimitOver e -> "limitOver " + e.mailbox() + " " + e.limit() + " after " + e.after();
            case Backoff e ->
                "backoff " + e.mailbox() + " " + e.kind() + " " + e.address() + ": "
                        + e.judged().reply() + " until " + e.until();
            case Expiring e -> "expiring " + e.what() + " in " + e.daysLeft() + " days | " + e.advice();
            case Paused e -> "paused " + e.mailbox() + " by " + e.by();
            case ClockChanged e -> "clock-changed by " + e.offset();
            case Retried e -> "retried " + e.mailbox() + " by " + e.by();
            case Resumed e -> "resumed " + e.mailbox() + " by " + e.by();
            case QueueChanged e -> "queueChanged " + e.messages() + ": " + e.change() + " by " + e.by();
        };
    }

    private static String text(RecipientAttempt attempt) {
        return attempt.message().id() + " to " + attempt.to() + " attempt " + attempt.attempts() + ": "
                + attempt.judged().reply();
    }

    /// From now on, events of this name throw an exception.
    public synchronized void failOn(String event) {
        broken = event + " ";
    }

    private synchronized void remember(String line) {
        if (broken != null && line.startsWith(broken)) {
            throw new IllegalStateException("the journal is broken");
        }
        lines.add(line);
        notifyAll();
    }
}
