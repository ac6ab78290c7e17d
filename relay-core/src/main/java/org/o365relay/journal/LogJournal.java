package org.o365relay.journal;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.Backoff;
import org.o365relay.journal.Event.Blocked;
import org.o365relay.journal.Event.Deferred;
import org.o365relay.journal.Event.Delayed;
import org.o365relay.journal.Event.Delivered;
import org.o365relay.journal.Event.Expiring;
import org.o365relay.journal.Event.Failback;
import org.o365relay.journal.Event.Failed;
import org.o365relay.journal.Event.Failover;
import org.o365relay.journal.Event.LimitExceeded;
import org.o365relay.journal.Event.Ndr;
import org.o365relay.journal.Event.Paused;
import org.o365relay.journal.Event.QueueChanged;
import org.o365relay.journal.Event.Reachable;
import org.o365relay.journal.Event.RecipientAttempt;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.journal.Event.Resumed;
import org.o365relay.journal.Event.Retried;
import org.o365relay.journal.Event.Throttled;
import org.o365relay.journal.Event.Unblocked;
import org.o365relay.journal.Event.Unreachable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.VisibleText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Writes each event as one log line: its name, then `key=value` pairs. A value is quoted if it is empty or
/// contains white space, `=`, `"`, `\` or a character outside visible ASCII. The logger is `journal`.
public final class LogJournal implements Journal {

    private static final Logger log = LoggerFactory.getLogger("journal");
    private static final int LISTED_RECIPIENTS = 10;

    @Override
    public void record(Event event) {
        line(event).log();
    }

    private static Line line(Event event) {
        return switch (event) {
            case Accepted accepted -> line(accepted);
            case Rejected rejected -> line(rejected);
            case LimitExceeded exceeded -> line(exceeded);
            case Delivered delivered -> info("delivered").with(delivered.attempt());
            case Deferred deferred -> line(deferred);
            case Failed failed -> line(failed);
            case Delayed delayed -> line(delayed);
            case Ndr ndr -> line(ndr);
            case Blocked blocked -> line(blocked);
            case Unblocked unblocked ->
                info("unblocked").with("mailbox", unblocked.mailbox()).with("after", seconds(unblocked.after()));
            case Failover failover -> line(failover);
            case Failback failback -> line(failback);
            case Unreachable unreachable -> line(unreachable);
            case Reachable reachable -> line(reachable);
            case Throttled throttled -> line(throttled);
            case Backoff backoff -> line(backoff);
            case Paused paused ->
                warn("paused").with("mailbox", paused.mailbox()).with("by", paused.by());
            case Resumed resumed ->
                info("resumed").with("mailbox", resumed.mailbox()).with("by", resumed.by());
            case Retried retried ->
                info("retried").with("mailbox", retried.mailbox()).with("by", retried.by());
            case QueueChanged changed -> line(changed);
            case Expiring expiring -> line(expiring);
        };
    }

    private static Line line(Accepted accepted) {
        return info("accepted")
                .with("id", accepted.id())
                .with("client", accepted.arrival().client().getHostAddress())
                .with("helo", accepted.arrival().helo())
                .with("from", path(accepted.envelope().sender()))
                .with("to", paths(accepted.envelope().recipients()))
                .with("size", accepted.size())
                .with("protocol", accepted.arrival().protocol());
    }

    private static Line line(Rejected rejected) {
        Line line = warn("rejected")
                .with("client", rejected.client().getHostAddress())
                .with("helo", rejected.helo());
        if (rejected.from() != null) {
            line.with("from", path(rejected.from()));
        }
        if (rejected.to() != null) {
            line.with("to", path(rejected.to()));
        }
        return line.with("reply", rejected.reply());
    }

    private static Line line(LimitExceeded exceeded) {
        Rejected rejection = exceeded.rejection();
        Line line = warn("limit-exceeded").with("client", rejection.client().getHostAddress());
        if (!exceeded.name().isEmpty()) {
            line.with("name", exceeded.name());
        }
        line.with("helo", rejection.helo()).with("from", path(rejection.from()));
        if (rejection.to() != null) {
            line.with("to", path(rejection.to()));
        }
        return line.with("limit", exceeded.limit())
                .with("until", truncated(exceeded.until()))
                .with("reply", rejection.reply());
    }

    private static Line line(Deferred deferred) {
        Line line = warn("deferred").with(deferred.attempt()).with("next", truncated(deferred.nextAttempt()));
        if (deferred.mayHaveArrived()) {
            line.with("note", "the upstream may have accepted the message; the next attempt may deliver a duplicate");
        }
        return line;
    }

    private static Line line(Failed failed) {
        Line line = warn("failed").with(failed.attempt());
        if (!failed.by().isEmpty()) {
            line.with("by", failed.by());
        }
        return line.with("notice", notice(failed.noticeTo(), failed.inDigest()));
    }

    private static Line line(Delayed delayed) {
        return info("delayed")
                .with("id", delayed.id())
                .with("client", delayed.client().getHostAddress())
                .with("delay", seconds(delayed.waiting()))
                .with("notice", notice(delayed.noticeTo(), delayed.inDigest()));
    }

    private static Line line(Ndr ndr) {
        return warn("ndr")
                .with("id", ndr.id())
                .with("mailbox", ndr.mailbox())
                .with("to", "<" + ndr.to() + ">")
                .with("reply", ndr.reply())
                .withAdvice(ndr.advice())
                .with("notice", notice(ndr.noticeTo(), ndr.inDigest()));
    }

    private static Line line(Blocked blocked) {
        return warn("blocked")
                .with("mailbox", blocked.mailbox())
                .with("upstream", blocked.upstream())
                .with("reply", blocked.reply())
                .with("probe", truncated(blocked.nextProbe()))
                .with("advice", blocked.advice());
    }

    private static Line line(Failover failover) {
        return warn("failover")
                .with("mailbox", failover.mailbox())
                .with("from", failover.from())
                .with("to", failover.to())
                .with("reply", failover.reply())
                .withAdvice(failover.advice());
    }

    private static Line line(Failback failback) {
        return info("failback")
                .with("mailbox", failback.mailbox())
                .with("upstream", failback.upstream())
                .with("after", seconds(failback.after()));
    }

    private static Line line(Unreachable unreachable) {
        return warn("unreachable")
                .with("mailbox", unreachable.mailbox())
                .with("upstream", unreachable.upstream())
                .with("reply", unreachable.reply())
                .with("next", truncated(unreachable.nextAttempt()));
    }

    private static Line line(Reachable reachable) {
        return info("reachable")
                .with("mailbox", reachable.mailbox())
                .with("upstream", reachable.upstream())
                .with("after", seconds(reachable.after()));
    }

    private static Line line(Throttled throttled) {
        return warn("throttled")
                .with("mailbox", throttled.mailbox())
                .with("upstream", throttled.upstream())
                .with("reply", throttled.reply())
                .with("connections", throttled.connections());
    }

    private static Line line(Backoff backoff) {
        return warn("backoff")
                .with("mailbox", backoff.mailbox())
                .with(backoff.kind(), "<" + backoff.address() + ">")
                .with("reply", backoff.reply())
                .with("until", truncated(backoff.until()))
                .withAdvice(backoff.advice());
    }

    private static Line line(QueueChanged changed) {
        return warn("queue-changed")
                .with("change", changed.change())
                .with("messages", changed.messages())
                .with("by", changed.by());
    }

    private static Line line(Expiring expiring) {
        return warn("expiring")
                .with("what", expiring.what())
                .with("when", truncated(expiring.when()))
                .with("days-left", expiring.daysLeft())
                .withAdvice(expiring.advice());
    }

    private static Line info(String event) {
        return new Line(Level.INFO, event);
    }

    private static Line warn(String event) {
        return new Line(Level.WARN, event);
    }

    private static String notice(@Nullable EmailAddress to, boolean inDigest) {
        if (to == null) {
            return "none";
        }
        return inDigest ? "digest to " + path(to) : path(to);
    }

    private static String path(@Nullable EmailAddress address) {
        return address == null ? "<>" : "<" + address + ">";
    }

    private static String paths(List<EmailAddress> addresses) {
        String listed = addresses.stream()
                .limit(LISTED_RECIPIENTS)
                .map(LogJournal::path)
                .collect(Collectors.joining(","));
        int others = addresses.size() - LISTED_RECIPIENTS;
        return others > 0 ? listed + ",+" + others : listed;
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1fs", duration.toMillis() / 1000.0);
    }

    private static Instant truncated(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS);
    }

    /// A log line under construction. Untrusted text is escaped so that it can neither end the line nor
    /// forge a key.
    private static final class Line {

        private final Level level;
        private final StringBuilder text;

        Line(Level level, String event) {
            this.level = level;
            this.text = new StringBuilder(160).append(event);
        }

        Line with(RecipientAttempt attempt) {
            Accepted message = attempt.message();
            return with("id", message.id())
                    .with("client", message.arrival().client().getHostAddress())
                    .with("from", path(message.envelope().sender()))
                    .with("to", path(attempt.to()))
                    .with("size", message.size())
                    .with("upstream", attempt.upstream())
                    .with("reply", attempt.reply())
                    .with("attempts", attempt.attempts())
                    .with("delay", seconds(attempt.sinceArrival()))
                    .withAdvice(attempt.advice());
        }

        Line withAdvice(String advice) {
            return advice.isEmpty() ? this : with("advice", advice);
        }

        Line with(String key, Object value) {
            text.append(' ').append(key).append('=');
            append(value.toString());
            return this;
        }

        private void append(String value) {
            if (needsNoQuotes(value)) {
                text.append(value);
                return;
            }
            text.append('"');
            int point;
            for (int i = 0; i < value.length(); i += Character.charCount(point)) {
                point = value.codePointAt(i);
                appendEscaped(point);
            }
            text.append('"');
        }

        private void appendEscaped(int point) {
            if (point == '"' || point == '\\') {
                text.append('\\').appendCodePoint(point);
            } else if (VisibleText.isSafe(point)) {
                text.appendCodePoint(point);
            } else {
                for (char c : Character.toChars(point)) {
                    text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                }
            }
        }

        private static boolean needsNoQuotes(String value) {
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=') {
                    return false;
                }
            }
            return !value.isEmpty();
        }

        void log() {
            log.atLevel(level).log(text.toString());
        }
    }
}
