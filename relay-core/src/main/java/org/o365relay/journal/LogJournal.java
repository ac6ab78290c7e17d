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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// Logs each event to the logger `journal`: the message is the name of the event, and what happened to what
/// follows as key-value pairs. Values may be hostile text from clients; the encoder escapes them.
public final class LogJournal implements Journal {

    private static final Logger log = LoggerFactory.getLogger("journal");
    private static final int LISTED_RECIPIENTS = 10;

    @Override
    public void record(Event event) {
        switch (event) {
            case Accepted accepted -> write(accepted);
            case Rejected rejected -> write(rejected);
            case LimitExceeded exceeded -> write(exceeded);
            case Delivered delivered -> line(log.atInfo(), delivered.attempt()).log("delivered");
            case Deferred deferred -> write(deferred);
            case Failed failed -> write(failed);
            case Delayed delayed -> write(delayed);
            case Ndr ndr -> write(ndr);
            case Blocked blocked -> write(blocked);
            case Unblocked unblocked -> ended("unblocked", unblocked.after(), line(log.atInfo(), unblocked.mailbox()));
            case Failover failover -> write(failover);
            case Failback failback ->
                ended("failback", failback.after(), line(log.atInfo(), failback.mailbox(), failback.upstream()));
            case Unreachable unreachable -> write(unreachable);
            case Reachable reachable ->
                ended("reachable", reachable.after(), line(log.atInfo(), reachable.mailbox(), reachable.upstream()));
            case Throttled throttled -> write(throttled);
            case Backoff backoff -> write(backoff);
            case Paused paused -> ordered("paused", paused.by(), line(log.atWarn(), paused.mailbox()));
            case Resumed resumed -> ordered("resumed", resumed.by(), line(log.atInfo(), resumed.mailbox()));
            case Retried retried -> ordered("retried", retried.by(), line(log.atInfo(), retried.mailbox()));
            case QueueChanged changed -> write(changed);
            case Expiring expiring -> write(expiring);
        }
    }

    private static void ended(String event, Duration after, LoggingEventBuilder line) {
        line.addKeyValue("after", seconds(after)).log(event);
    }

    private static void ordered(String event, String by, LoggingEventBuilder line) {
        line.addKeyValue("by", by).log(event);
    }

    private static void write(Accepted accepted) {
        log.atInfo()
                .addKeyValue("id", accepted.id())
                .addKeyValue("client", accepted.arrival().client().getHostAddress())
                .addKeyValue("helo", accepted.arrival().helo())
                .addKeyValue("from", path(accepted.envelope().sender()))
                .addKeyValue("to", paths(accepted.envelope().recipients()))
                .addKeyValue("size", accepted.size())
                .addKeyValue("protocol", accepted.arrival().protocol())
                .log("accepted");
    }

    private static void write(Rejected rejected) {
        LoggingEventBuilder line = log.atWarn()
                .addKeyValue("client", rejected.client().getHostAddress())
                .addKeyValue("helo", rejected.helo());
        if (rejected.from() != null) {
            line.addKeyValue("from", path(rejected.from()));
        }
        if (rejected.to() != null) {
            line.addKeyValue("to", path(rejected.to()));
        }
        line.addKeyValue("reply", rejected.reply()).log("rejected");
    }

    private static void write(LimitExceeded exceeded) {
        Rejected rejection = exceeded.rejection();
        LoggingEventBuilder line =
                log.atWarn().addKeyValue("client", rejection.client().getHostAddress());
        if (!exceeded.name().isEmpty()) {
            line.addKeyValue("name", exceeded.name());
        }
        line.addKeyValue("helo", rejection.helo()).addKeyValue("from", path(rejection.from()));
        if (rejection.to() != null) {
            line.addKeyValue("to", path(rejection.to()));
        }
        line.addKeyValue("limit", exceeded.limit())
                .addKeyValue("until", truncated(exceeded.until()))
                .addKeyValue("reply", rejection.reply())
                .log("limit-exceeded");
    }

    private static void write(Deferred deferred) {
        LoggingEventBuilder line =
                line(log.atWarn(), deferred.attempt()).addKeyValue("next", truncated(deferred.nextAttempt()));
        if (deferred.mayHaveArrived()) {
            line.addKeyValue(
                    "note", "the upstream may have accepted the message; the next attempt may deliver a duplicate");
        }
        line.log("deferred");
    }

    private static void write(Failed failed) {
        LoggingEventBuilder line = line(log.atWarn(), failed.attempt());
        if (!failed.by().isEmpty()) {
            line.addKeyValue("by", failed.by());
        }
        line.addKeyValue("notice", notice(failed.noticeTo(), failed.inDigest())).log("failed");
    }

    private static void write(Delayed delayed) {
        log.atInfo()
                .addKeyValue("id", delayed.id())
                .addKeyValue("client", delayed.client().getHostAddress())
                .addKeyValue("delay", seconds(delayed.waiting()))
                .addKeyValue("notice", notice(delayed.noticeTo(), delayed.inDigest()))
                .log("delayed");
    }

    private static void write(Ndr ndr) {
        LoggingEventBuilder line = line(log.atWarn().addKeyValue("id", ndr.id()), ndr.mailbox())
                .addKeyValue("to", "<" + ndr.to() + ">")
                .addKeyValue("reply", ndr.reply());
        withAdvice(line, ndr.advice())
                .addKeyValue("notice", notice(ndr.noticeTo(), ndr.inDigest()))
                .log("ndr");
    }

    private static void write(Blocked blocked) {
        line(log.atWarn(), blocked.mailbox(), blocked.upstream())
                .addKeyValue("reply", blocked.reply())
                .addKeyValue("probe", truncated(blocked.nextProbe()))
                .addKeyValue("advice", blocked.advice())
                .log("blocked");
    }

    private static void write(Failover failover) {
        LoggingEventBuilder line = line(log.atWarn(), failover.mailbox())
                .addKeyValue("from", failover.from())
                .addKeyValue("to", failover.to())
                .addKeyValue("reply", failover.reply());
        withAdvice(line, failover.advice()).log("failover");
    }

    private static void write(Unreachable unreachable) {
        line(log.atWarn(), unreachable.mailbox(), unreachable.upstream())
                .addKeyValue("reply", unreachable.reply())
                .addKeyValue("next", truncated(unreachable.nextAttempt()))
                .log("unreachable");
    }

    private static void write(Throttled throttled) {
        line(log.atWarn(), throttled.mailbox(), throttled.upstream())
                .addKeyValue("reply", throttled.reply())
                .addKeyValue("connections", throttled.connections())
                .log("throttled");
    }

    private static void write(Backoff backoff) {
        LoggingEventBuilder line = line(log.atWarn(), backoff.mailbox())
                .addKeyValue(backoff.kind(), "<" + backoff.address() + ">")
                .addKeyValue("reply", backoff.reply())
                .addKeyValue("until", truncated(backoff.until()));
        withAdvice(line, backoff.advice()).log("backoff");
    }

    private static void write(QueueChanged changed) {
        log.atWarn()
                .addKeyValue("change", changed.change())
                .addKeyValue("messages", changed.messages())
                .addKeyValue("by", changed.by())
                .log("queue-changed");
    }

    private static void write(Expiring expiring) {
        LoggingEventBuilder line = log.atWarn()
                .addKeyValue("what", expiring.what())
                .addKeyValue("when", truncated(expiring.when()))
                .addKeyValue("days-left", expiring.daysLeft());
        withAdvice(line, expiring.advice()).log("expiring");
    }

    private static LoggingEventBuilder line(LoggingEventBuilder line, RecipientAttempt attempt) {
        Accepted message = attempt.message();
        line.addKeyValue("id", message.id())
                .addKeyValue("client", message.arrival().client().getHostAddress())
                .addKeyValue("from", path(message.envelope().sender()))
                .addKeyValue("to", path(attempt.to()))
                .addKeyValue("size", message.size())
                .addKeyValue("upstream", attempt.upstream())
                .addKeyValue("reply", attempt.reply())
                .addKeyValue("attempts", attempt.attempts())
                .addKeyValue("delay", seconds(attempt.sinceArrival()));
        return withAdvice(line, attempt.advice());
    }

    private static LoggingEventBuilder line(LoggingEventBuilder line, EmailAddress mailbox, String upstream) {
        return line(line, mailbox).addKeyValue("upstream", upstream);
    }

    private static LoggingEventBuilder line(LoggingEventBuilder line, EmailAddress mailbox) {
        return line.addKeyValue("mailbox", mailbox);
    }

    private static LoggingEventBuilder withAdvice(LoggingEventBuilder line, String advice) {
        return advice.isEmpty() ? line : line.addKeyValue("advice", advice);
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
}
