package org.o365relay.journal;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.mail.VisibleText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes each event as one log line: its name, then `key=value` pairs. A value is quoted if it is empty or
/// contains white space, `=`, `"`, `\` or a character outside visible ASCII. The logger is `journal`; the level
/// is that of the [LogEvent].
public final class LogJournal implements Journal {

    private static final Logger log = LoggerFactory.getLogger("journal");
    private static final int LISTED_RECIPIENTS = 10;

    @Override
    public void accepted(QueueId id, Arrival arrival, Envelope envelope, long size) {
        new Line(LogEvent.ACCEPTED)
                .with("id", id)
                .with("client", arrival.client().getHostAddress())
                .with("helo", arrival.helo())
                .with("from", path(envelope.sender()))
                .with("to", paths(envelope.recipients()))
                .with("size", size)
                .with("protocol", arrival.protocol())
                .log();
    }

    @Override
    public void rejected(
            InetAddress client, String helo, @Nullable EmailAddress from, @Nullable EmailAddress to, Reply reply) {
        Line line = new Line(LogEvent.REJECTED)
                .with("client", client.getHostAddress())
                .with("helo", helo);
        if (from != null) {
            line.with("from", path(from));
        }
        if (to != null) {
            line.with("to", path(to));
        }
        line.with("reply", reply).log();
    }

    @Override
    public void limitExceeded(ExceededLimit excess) {
        Line line =
                new Line(LogEvent.LIMIT_EXCEEDED).with("client", excess.client().getHostAddress());
        if (!excess.name().isEmpty()) {
            line.with("name", excess.name());
        }
        line.with("helo", excess.helo()).with("from", path(excess.from()));
        if (excess.to() != null) {
            line.with("to", path(excess.to()));
        }
        line.with("limit", excess.limit())
                .with("until", truncated(excess.until()))
                .with("reply", excess.reply())
                .log();
    }

    @Override
    public void delivered(Delivery delivery) {
        line(LogEvent.DELIVERED, delivery).log();
    }

    @Override
    public void deferred(Delivery delivery, Instant nextAttempt, boolean mayHaveArrived) {
        Line line = line(LogEvent.DEFERRED, delivery).with("next", truncated(nextAttempt));
        if (mayHaveArrived) {
            line.with("note", "the upstream may have accepted the message; the next attempt may deliver a duplicate");
        }
        line.log();
    }

    @Override
    public void failed(Delivery delivery, @Nullable EmailAddress noticeTo, boolean inDigest) {
        Line line = line(LogEvent.FAILED, delivery);
        if (!delivery.by().isEmpty()) {
            line.with("by", delivery.by());
        }
        line.with("notice", notice(noticeTo, inDigest)).log();
    }

    @Override
    public void delayed(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest) {
        new Line(LogEvent.DELAYED)
                .with("id", id)
                .with("client", client.getHostAddress())
                .with("delay", seconds(waiting))
                .with("notice", notice(noticeTo, inDigest))
                .log();
    }

    private static String notice(@Nullable EmailAddress to, boolean inDigest) {
        if (to == null) {
            return "none";
        }
        return inDigest ? "digest to " + path(to) : path(to);
    }

    @Override
    public void ndr(
            QueueId id,
            EmailAddress mailbox,
            String to,
            Reply reply,
            String advice,
            @Nullable EmailAddress noticeTo,
            boolean inDigest) {
        Line line = new Line(LogEvent.NDR)
                .with("id", id)
                .with("mailbox", mailbox)
                .with("to", "<" + to + ">")
                .with("reply", reply);

        withAdvice(line, advice).with("notice", notice(noticeTo, inDigest)).log();
    }

    @Override
    public void blocked(EmailAddress mailbox, String upstream, Reply reply, String advice, Instant nextProbe) {
        new Line(LogEvent.BLOCKED)
                .with("mailbox", mailbox)
                .with("upstream", upstream)
                .with("reply", reply)
                .with("probe", truncated(nextProbe))
                .with("advice", advice)
                .log();
    }

    @Override
    public void unblocked(EmailAddress mailbox, Duration after) {
        new Line(LogEvent.UNBLOCKED)
                .with("mailbox", mailbox)
                .with("after", seconds(after))
                .log();
    }

    @Override
    public void failover(EmailAddress mailbox, String from, String to, Reply reply, String advice) {
        Line line = new Line(LogEvent.FAILOVER)
                .with("mailbox", mailbox)
                .with("from", from)
                .with("to", to)
                .with("reply", reply);
        withAdvice(line, advice).log();
    }

    @Override
    public void failback(EmailAddress mailbox, String upstream, Duration after) {
        new Line(LogEvent.FAILBACK)
                .with("mailbox", mailbox)
                .with("upstream", upstream)
                .with("after", seconds(after))
                .log();
    }

    @Override
    public void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextAttempt) {
        new Line(LogEvent.UNREACHABLE)
                .with("mailbox", mailbox)
                .with("upstream", upstream)
                .with("reply", reply)
                .with("next", truncated(nextAttempt))
                .log();
    }

    @Override
    public void reachable(EmailAddress mailbox, String upstream, Duration after) {
        new Line(LogEvent.REACHABLE)
                .with("mailbox", mailbox)
                .with("upstream", upstream)
                .with("after", seconds(after))
                .log();
    }

    @Override
    public void throttled(EmailAddress mailbox, String upstream, Reply reply, int connections) {
        new Line(LogEvent.THROTTLED)
                .with("mailbox", mailbox)
                .with("upstream", upstream)
                .with("reply", reply)
                .with("connections", connections)
                .log();
    }

    @Override
    public void backoff(EmailAddress mailbox, String kind, String address, Reply reply, String advice, Instant until) {
        Line line = new Line(LogEvent.BACKOFF)
                .with("mailbox", mailbox)
                .with(kind, "<" + address + ">")
                .with("reply", reply)
                .with("until", truncated(until));
        withAdvice(line, advice).log();
    }

    @Override
    public void expiring(String what, Instant when, long daysLeft, String advice) {
        Line line = new Line(LogEvent.EXPIRING)
                .with("what", what)
                .with("when", truncated(when))
                .with("days-left", daysLeft);
        withAdvice(line, advice).log();
    }

    @Override
    public void paused(EmailAddress mailbox, String by) {
        new Line(LogEvent.PAUSED).with("mailbox", mailbox).with("by", by).log();
    }

    @Override
    public void resumed(EmailAddress mailbox, String by) {
        new Line(LogEvent.RESUMED).with("mailbox", mailbox).with("by", by).log();
    }

    @Override
    public void retried(EmailAddress mailbox, String by) {
        new Line(LogEvent.RETRIED).with("mailbox", mailbox).with("by", by).log();
    }

    @Override
    public void queueChanged(String change, long messages, String by) {
        new Line(LogEvent.QUEUE_CHANGED)
                .with("change", change)
                .with("messages", messages)
                .with("by", by)
                .log();
    }

    private static Line withAdvice(Line line, String advice) {
        return advice.isEmpty() ? line : line.with("advice", advice);
    }

    private static Line line(LogEvent event, Delivery delivery) {
        Line line = new Line(event)
                .with("id", delivery.id())
                .with("client", delivery.client().getHostAddress())
                .with("from", path(delivery.from()))
                .with("to", path(delivery.to()))
                .with("size", delivery.size())
                .with("upstream", delivery.upstream())
                .with("reply", delivery.reply())
                .with("attempts", delivery.attempts())
                .with("delay", seconds(delivery.sinceArrival()));
        return withAdvice(line, delivery.advice());
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

        private final LogEvent event;
        private final StringBuilder text;

        Line(LogEvent event) {
            this.event = event;
            this.text = new StringBuilder(160).append(event.key());
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
            log.atLevel(event.level()).log(text.toString());
        }
    }
}
