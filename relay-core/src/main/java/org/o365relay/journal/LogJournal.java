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

/// The journal as log lines, an event each: the event's name, then `key=value` pairs, values with blanks in
/// quotes. Logger name `journal`; accepted, delivered, warned, resumed, returned, reached and started at INFO, the
/// others at WARN.
public final class LogJournal implements Journal {

    private static final Logger log = LoggerFactory.getLogger("journal");
    private static final int LISTED_RECIPIENTS = 10;

    @Override
    public void accepted(QueueId id, Arrival arrival, Envelope envelope, long size) {
        log.info(new Line("accepted")
                .with("id", id)
                .with("client", arrival.client().getHostAddress())
                .with("helo", arrival.helo())
                .with("from", path(envelope.sender()))
                .with("to", paths(envelope.recipients()))
                .with("size", size)
                .with("protocol", arrival.protocol())
                .toString());
    }

    @Override
    public void rejected(
            InetAddress client, String helo, @Nullable EmailAddress from, @Nullable EmailAddress to, Reply reply) {
        Line line = new Line("rejected").with("client", client.getHostAddress()).with("helo", helo);
        if (from != null) {
            line.with("from", path(from));
        }
        if (to != null) {
            line.with("to", path(to));
        }
        log.warn(line.with("reply", reply).toString());
    }

    @Override
    public void limitExceeded(ExceededLimit overdrawn) {
        Line line = new Line("limit-exceeded").with("client", overdrawn.client().getHostAddress());
        if (!overdrawn.name().isEmpty()) {
            line.with("name", overdrawn.name());
        }
        line.with("helo", overdrawn.helo()).with("from", path(overdrawn.from()));
        if (overdrawn.to() != null) {
            line.with("to", path(overdrawn.to()));
        }
        log.warn(line.with("limit", overdrawn.limit())
                .with("until", seconds(overdrawn.until()))
                .with("reply", overdrawn.reply())
                .toString());
    }

    @Override
    public void delivered(Delivery delivery) {
        log.info(line("delivered", delivery).toString());
    }

    @Override
    public void deferred(Delivery delivery, Instant nextAttempt, boolean mayHaveArrived) {
        Line line = line("deferred", delivery).with("next", seconds(nextAttempt));
        if (mayHaveArrived) {
            line.with("note", "connection lost after the final dot: the next attempt may deliver a duplicate");
        }
        log.warn(line.toString());
    }

    @Override
    public void failed(Delivery delivery, @Nullable EmailAddress noticeTo, boolean inDigest) {
        log.warn(line("failed", delivery)
                .with("notice", notice(noticeTo, inDigest))
                .toString());
    }

    @Override
    public void delayed(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest) {
        log.info(new Line("delayed")
                .with("id", id)
                .with("client", client.getHostAddress())
                .with("delay", seconds(waiting))
                .with("notice", notice(noticeTo, inDigest))
                .toString());
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
        Line line = new Line("ndr")
                .with("id", id)
                .with("mailbox", mailbox)
                .with("to", "<" + to + ">")
                .with("reply", reply);
        log.warn(
                advised(line, advice).with("notice", notice(noticeTo, inDigest)).toString());
    }

    @Override
    public void blocked(EmailAddress mailbox, String upstream, Reply reply, String advice, Instant nextProbe) {
        log.warn(new Line("blocked")
                .with("mailbox", mailbox)
                .with("upstream", upstream)
                .with("reply", reply)
                .with("probe", seconds(nextProbe))
                .with("advice", advice)
                .toString());
    }

    @Override
    public void unblocked(EmailAddress mailbox, Duration after) {
        log.info(new Line("unblocked")
                .with("mailbox", mailbox)
                .with("after", seconds(after))
                .toString());
    }

    @Override
    public void failover(EmailAddress mailbox, String from, String to, Reply reply, String advice) {
        Line line = new Line("failover")
                .with("mailbox", mailbox)
                .with("from", from)
                .with("to", to)
                .with("reply", reply);
        log.warn(advised(line, advice).toString());
    }

    @Override
    public void failback(EmailAddress mailbox, String upstream, Duration after) {
        log.info(new Line("failback")
                .with("mailbox", mailbox)
                .with("upstream", upstream)
                .with("after", seconds(after))
                .toString());
    }

    @Override
    public void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextTry) {
        log.warn(new Line("unreachable")
                .with("mailbox", mailbox)
                .with("upstream", upstream)
                .with("reply", reply)
                .with("next", seconds(nextTry))
                .toString());
    }

    @Override
    public void reachable(EmailAddress mailbox, String upstream, Duration after) {
        log.info(new Line("reachable")
                .with("mailbox", mailbox)
                .with("upstream", upstream)
                .with("after", seconds(after))
                .toString());
    }

    @Override
    public void throttled(EmailAddress mailbox, String upstream, Reply reply, int connections) {
        log.warn(new Line("throttled")
                .with("mailbox", mailbox)
                .with("upstream", upstream)
                .with("reply", reply)
                .with("connections", connections)
                .toString());
    }

    @Override
    public void backoff(EmailAddress mailbox, String kind, String address, Reply reply, String advice, Instant until) {
        Line line = new Line("backoff")
                .with("mailbox", mailbox)
                .with(kind, "<" + address + ">")
                .with("reply", reply)
                .with("until", seconds(until));
        log.warn(advised(line, advice).toString());
    }

    @Override
    public void expiring(String what, Instant when, long daysLeft, String advice) {
        Line line = new Line("expiring")
                .with("what", what)
                .with("when", seconds(when))
                .with("days-left", daysLeft);
        log.warn(advised(line, advice).toString());
    }

    @Override
    public void paused(EmailAddress mailbox, String by) {
        log.warn(new Line("paused").with("mailbox", mailbox).with("by", by).toString());
    }

    @Override
    public void resumed(EmailAddress mailbox, String by) {
        log.info(new Line("resumed").with("mailbox", mailbox).with("by", by).toString());
    }

    @Override
    public void queueChanged(String change, long messages, String by) {
        log.warn(new Line("queue-changed")
                .with("change", change)
                .with("messages", messages)
                .with("by", by)
                .toString());
    }

    private static Line advised(Line line, String advice) {
        return advice.isEmpty() ? line : line.with("advice", advice);
    }

    private static Line line(String event, Delivery delivery) {
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
        return advised(line, delivery.advice());
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

    private static Instant seconds(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS);
    }

    /// A log line in the making. What came from outside cannot end the line or pass for another key.
    private static final class Line {

        private final StringBuilder text;

        Line(String event) {
            this.text = new StringBuilder(160).append(event);
        }

        Line with(String key, Object value) {
            text.append(' ').append(key).append('=');
            append(value.toString());
            return this;
        }

        private void append(String value) {
            if (isPlain(value)) {
                text.append(value);
                return;
            }
            text.append('"');
            int point;
            for (int i = 0; i < value.length(); i += Character.charCount(point)) {
                point = value.codePointAt(i);
                append(point);
            }
            text.append('"');
        }

        private void append(int point) {
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

        private static boolean isPlain(String value) {
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=') {
                    return false;
                }
            }
            return !value.isEmpty();
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
