package org.o365relay.journal;

import static org.o365relay.journal.JournalLine.path;
import static org.o365relay.journal.JournalLine.pathOrNull;
import static org.o365relay.journal.JournalLine.paths;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.AccountLimit;
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
import org.o365relay.journal.Event.ReloadRejected;
import org.o365relay.journal.Event.Reloaded;
import org.o365relay.journal.Event.RestartNeeded;
import org.o365relay.journal.Event.Resumed;
import org.o365relay.journal.Event.Retried;
import org.o365relay.journal.Event.SettingChanged;
import org.o365relay.journal.Event.Throttled;
import org.o365relay.journal.Event.Unblocked;
import org.o365relay.journal.Event.Unreachable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.HeaderChanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs each event to the logger `journal`. The log message is the name of the event; the details follow as
/// key-value pairs. Values may be hostile text from clients; the encoder escapes them.
public final class LogJournal implements Journal {

    private static final Logger log = LoggerFactory.getLogger("journal");

    @Override
    public void record(Event event) {
        switch (event) {
            case Accepted accepted -> write(accepted);
            case Rejected rejected -> write(rejected);
            case MoreRejected more -> write(more);
            case LimitExceeded exceeded -> write(exceeded);
            case Delivered delivered -> line(info(), delivered.attempt()).log("delivered");
            case Deferred deferred -> write(deferred);
            case Failed failed -> write(failed);
            case Delayed delayed -> write(delayed);
            case Ndr ndr -> write(ndr);
            case Blocked blocked -> write(blocked);
            case Unblocked unblocked -> logEnd("unblocked", unblocked.after(), line(info(), unblocked.mailbox()));
            case Failover failover -> write(failover);
            case Failback failback -> write(failback);
            case Unreachable unreachable -> write(unreachable);
            case Reachable reachable -> write(reachable);
            case Throttled throttled -> write(throttled);
            case LimitReached reached -> write(reached);
            case LimitOver over ->
                logEnd("limit-over", over.after(), line(info(), over.mailbox()).with("limit", key(over.limit())));
            case Backoff backoff -> write(backoff);
            case Paused paused -> logOperatorAction("paused", paused.by(), line(warn(), paused.mailbox()));
            case Resumed resumed -> logOperatorAction("resumed", resumed.by(), line(info(), resumed.mailbox()));
            case Retried retried -> logOperatorAction("retried", retried.by(), line(info(), retried.mailbox()));
            case QueueChanged changed -> write(changed);
            case Reloaded reloaded -> write(reloaded);
            case SettingChanged changed -> write(changed);
            case RestartNeeded needed -> write(needed);
            case ReloadRejected rejected -> write(rejected);
            case Expiring expiring -> write(expiring);
            case QueueUnusable unusable -> logFailure("queue-unusable", unusable.reason(), unusable.advice());
            case QueueUsable usable -> logEnd("queue-usable", usable.after(), info());
            case QueueDamaged damaged -> logFailure("queue-damaged", damaged.reason(), damaged.advice());
            case ClockChanged(Duration offset) ->
                warn().with("offset", seconds(offset)).log("clock-changed");
        }
    }

    private static void logEnd(String event, Duration after, JournalLine line) {
        line.with("after", seconds(after)).log(event);
    }

    private static void logFailure(String event, String reason, String advice) {
        new JournalLine(log.atError())
                .with("reason", reason)
                .with("advice", advice)
                .log(event);
    }

    private static void logOperatorAction(String event, String by, JournalLine line) {
        line.with("by", by).log(event);
    }

    private static void write(Accepted accepted) {
        info().with("id", accepted.id())
                .with("client", accepted.arrival().client().getHostAddress())
                .with("helo", accepted.arrival().helo())
                .with("from", path(accepted.envelope().sender()))
                .with("to", paths(accepted.envelope().recipients()))
                .with("redirected-from", redirected(accepted.envelope().changes()))
                .with("size", accepted.size())
                .with("protocol", accepted.arrival().protocol())
                .log("accepted");
    }

    private static void write(Rejected rejected) {
        warn().with("client", rejected.client().getHostAddress())
                .with("helo", rejected.helo())
                .with("from", pathOrNull(rejected.from()))
                .with("to", pathOrNull(rejected.to()))
                .with("reply", rejected.reply())
                .log("rejected");
    }

    private static void write(MoreRejected more) {
        InetAddress client = more.client();
        warn().with("client", client == null ? "others" : client.getHostAddress())
                .with("count", more.count())
                .with("reply", more.last())
                .log("more-rejected");
    }

    private static void write(LimitExceeded exceeded) {
        Rejected rejection = exceeded.rejection();
        warn().with("client", rejection.client().getHostAddress())
                .with("name", nullIfEmpty(exceeded.name()))
                .with("helo", rejection.helo())
                .with("from", path(rejection.from()))
                .with("to", pathOrNull(rejection.to()))
                .with("limit", exceeded.limit())
                .with("until", truncated(exceeded.until()))
                .with("reply", rejection.reply())
                .log("limit-exceeded");
    }

    private static void write(Deferred deferred) {
        String note = "the upstream may have accepted the message; the next attempt may deliver a duplicate";
        line(warn(), deferred.attempt())
                .with("next", truncated(deferred.nextAttempt()))
                .with("note", deferred.mayHaveArrived() ? note : null)
                .log("deferred");
    }

    private static void write(Failed failed) {
        line(warn(), failed.attempt())
                .with("by", nullIfEmpty(failed.by()))
                .with("notice", notice(failed.noticeTo(), failed.inDigest()))
                .log("failed");
    }

    private static void write(Delayed delayed) {
        info().with("id", delayed.id())
                .with("client", delayed.client().getHostAddress())
                .with("delay", seconds(delayed.waiting()))
                .with("notice", notice(delayed.noticeTo(), delayed.inDigest()))
                .log("delayed");
    }

    private static void write(Ndr ndr) {
        line(warn().with("id", ndr.id()).with("client", ndr.arrival().client().getHostAddress()), ndr.mailbox())
                .with("to", "<" + ndr.to() + ">")
                .with("server", nullIfEmpty(ndr.server()))
                .with("reply", ndr.reply())
                .with("advice", nullIfEmpty(ndr.advice()))
                .with("notice", notice(ndr.noticeTo(), ndr.inDigest()))
                .log("ndr");
    }

    private static void write(Blocked blocked) {
        line(warn(), blocked.mailbox(), blocked.upstream())
                .with(blocked.judged())
                .with("probe", truncated(blocked.nextProbe()))
                .with("advice", blocked.judged().advice())
                .log("blocked");
    }

    private static void write(Failover failover) {
        line(warn(), failover.mailbox())
                .with("from", failover.from())
                .with("to", failover.to())
                .with(failover.judged())
                .with("advice", nullIfEmpty(failover.judged().advice()))
                .log("failover");
    }

    private static void write(Unreachable unreachable) {
        line(warn(), unreachable.mailbox(), unreachable.upstream())
                .with(unreachable.judged())
                .with("next", truncated(unreachable.nextAttempt()))
                .log("unreachable");
    }

    private static void write(Throttled throttled) {
        line(warn(), throttled.mailbox(), throttled.upstream())
                .with("reply", throttled.reply())
                .with(key(throttled.throttle()), throttled.limit())
                .log("throttled");
    }

    private static String key(AccountLimit limit) {
        return switch (limit) {
            case CONNECTIONS -> "connections";
            case MESSAGES_PER_MINUTE -> "messages-per-minute";
        };
    }

    private static void write(Backoff backoff) {
        line(warn(), backoff.mailbox())
                .with(backoff.kind(), "<" + backoff.address() + ">")
                .with(backoff.judged())
                .with("until", truncated(backoff.until()))
                .with("advice", nullIfEmpty(backoff.judged().advice()))
                .log("backoff");
    }

    private static void write(QueueChanged changed) {
        warn().with("change", changed.change())
                .with("messages", changed.messages())
                .with("by", changed.by())
                .log("queue-changed");
    }

    private static void write(Failback failback) {
        logEnd("failback", failback.after(), line(info(), failback.mailbox(), failback.upstream()));
    }

    private static void write(Reachable reachable) {
        logEnd("reachable", reachable.after(), line(info(), reachable.mailbox(), reachable.upstream()));
    }

    private static void write(LimitReached reached) {
        line(info(), reached.mailbox())
                .with(key(reached.limit()), reached.value())
                .log("limit-reached");
    }

    private static void write(Reloaded reloaded) {
        logOperatorAction("reloaded", reloaded.by(), info().with("changes", reloaded.changes()));
    }

    private static void write(SettingChanged changed) {
        JournalLine line = setting(info(), changed.key(), changed.before(), changed.after());
        logOperatorAction("setting-changed", changed.by(), line);
    }

    private static void write(RestartNeeded needed) {
        setting(warn(), needed.key(), needed.before(), needed.after()).log("restart-needed");
    }

    private static void write(ReloadRejected rejected) {
        logOperatorAction(
                "reload-rejected", rejected.by(), new JournalLine(log.atError()).with("problem", rejected.problem()));
    }

    private static JournalLine setting(JournalLine line, String key, @Nullable String before, @Nullable String after) {
        return line.with("key", key).with("before", before).with("after", after);
    }

    private static void write(Expiring expiring) {
        warn().with("what", expiring.what())
                .with("when", truncated(expiring.when()))
                .with("days-left", expiring.daysLeft())
                .with("advice", nullIfEmpty(expiring.advice()))
                .log("expiring");
    }

    private static JournalLine line(JournalLine line, RecipientAttempt attempt) {
        Accepted message = attempt.message();
        return line.with("id", message.id())
                .with("client", message.arrival().client().getHostAddress())
                .with("from", path(message.envelope().sender()))
                .with("to", path(attempt.to()))
                .with("size", message.size())
                .with("upstream", attempt.upstream())
                .with(attempt.judged())
                .with("attempts", attempt.attempts())
                .with("delay", seconds(attempt.sinceArrival()))
                .with("advice", nullIfEmpty(attempt.judged().advice()));
    }

    private static JournalLine line(JournalLine line, EmailAddress mailbox, String upstream) {
        return line(line, mailbox).with("upstream", upstream);
    }

    private static JournalLine line(JournalLine line, EmailAddress mailbox) {
        return line.with("mailbox", mailbox);
    }

    private static JournalLine info() {
        return new JournalLine(log.atInfo());
    }

    private static JournalLine warn() {
        return new JournalLine(log.atWarn());
    }

    private static @Nullable String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }

    private static String notice(@Nullable EmailAddress to, boolean inDigest) {
        if (to == null) {
            return "none";
        }
        return inDigest ? "digest to " + path(to) : path(to);
    }

    private static @Nullable String redirected(HeaderChanges changes) {
        List<EmailAddress> recipients = changes.redirected();
        return recipients.isEmpty() ? null : paths(recipients, recipients.size() + changes.moreRedirected());
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).setScale(1, RoundingMode.HALF_UP) + "s";
    }

    private static Instant truncated(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS);
    }
}
