package org.o365relay.alert;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.o365relay.alert.AlertCondition.Reporting;
import org.o365relay.alert.AlertMailboxes.FallbackUse;
import org.o365relay.journal.Event.Blocked;
import org.o365relay.journal.Event.LimitExceeded;
import org.o365relay.journal.Event.QueueDamaged;
import org.o365relay.journal.Event.QueueUnusable;
import org.o365relay.journal.Event.Unreachable;
import org.o365relay.notice.AdminWarning;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.QueueFailure;

/// Builds the conditions that raise alerts, and the texts of alert emails and webhook messages.
final class AlertTexts {

    /// A device must stay within its limits for this long before its alert is cleared, also after a restart.
    private static final Duration WITHIN_LIMITS = Duration.ofHours(1);

    /// An alert restored after a restart, unless it is about a limit of a device, is cleared if its condition
    /// is not detected again within this time.
    private static final Duration AFTER_RESTART = Duration.ofMinutes(10);

    /// Outages shorter than this are not reported as alerts.
    private static final Duration MINIMUM_OUTAGE = Duration.ofMinutes(10);

    private static final long MIB = 1024L * 1024;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("d MMMM uuuu HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private AlertTexts() {}

    /// @return how long an alert restored after a restart stays active without being detected again
    static Duration restoredAlertTimeout(String name) {
        return AlertKind.of(name).filter(AlertKind.LIMIT_EXCEEDED::equals).isPresent() ? WITHIN_LIMITS : AFTER_RESTART;
    }

    static AlertCondition mailboxBlocked(Blocked blocked) {
        return new AlertCondition(
                AlertKind.MAILBOX_BLOCKED.alertName(blocked.mailbox()),
                "Mailbox " + blocked.mailbox() + " cannot send",
                (blocked.judged().isOwnLimit()
                                ? "The mailbox " + blocked.mailbox() + " has used up its daily quota in the relay"
                                : "The mailbox " + blocked.mailbox() + " is blocked because " + blocked.upstream()
                                        + " replied: " + blocked.judged().reply())
                        + ". No mail is lost: messages wait in the queue and are sent automatically once the problem is"
                        + " fixed.",
                blocked.judged().advice(),
                blocked.mailbox(),
                null,
                null,
                Reporting.LOGGED);
    }

    static AlertCondition unreachable(Unreachable unreachable) {
        return new AlertCondition(
                AlertKind.UNREACHABLE.alertName(unreachable.mailbox()),
                unreachable.upstream() + " cannot be reached for " + unreachable.mailbox(),
                "The mailbox " + unreachable.mailbox() + " cannot send: "
                        + unreachable.judged().reply()
                        + ". No mail is lost: messages wait in the queue, and the relay retries every few seconds.",
                "Check that this host can reach the internet (DNS, firewall, proxy). If it can, check the service"
                        + " health in the Microsoft 365 admin center.",
                unreachable.mailbox(),
                MINIMUM_OUTAGE,
                null,
                Reporting.LOGGED);
    }

    static AlertCondition failover(FallbackUse use) {
        return new AlertCondition(
                AlertKind.FAILOVER.alertName(use.mailbox()),
                "Mailbox " + use.mailbox() + " sends through a fallback",
                "The mailbox " + use.mailbox() + " sends through " + use.upstream()
                        + ", because the primary upstream"
                        + " cannot be used: " + use.cause()
                        + ". The relay returns to the primary upstream automatically once it works.",
                use.advice(),
                use.mailbox(),
                null,
                null,
                Reporting.LOGGED);
    }

    static AlertCondition limitExceeded(LimitExceeded excess) {
        String address = excess.rejection().client().getHostAddress();
        String device = excess.name().isEmpty() ? address : excess.name() + " (" + address + ")";
        return new AlertCondition(
                AlertKind.LIMIT_EXCEEDED.alertName(address),
                "Device " + device + " exceeded a limit",
                "The device exceeded its limit " + excess.limit()
                        + ". Further mail is rejected with a temporary error until " + TIME.format(excess.until())
                        + ".",
                "Check what the device sends (o365-relay trace). If its mail is legitimate, raise " + excess.limit()
                        + " for its network in relay.trusted-networks.",
                null,
                null,
                WITHIN_LIMITS,
                Reporting.LOGGED);
    }

    static AlertCondition queueAge(Duration limit, Instant oldest) {
        return new AlertCondition(
                AlertKind.QUEUE_AGE.key(),
                "Mail has been waiting for more than " + text(limit),
                "The oldest message in the queue arrived on " + TIME.format(oldest) + ".",
                "Run o365-relay queue to see which messages wait, and why.",
                null,
                null,
                null,
                Reporting.NONE);
    }

    static AlertCondition queueLength(int limit) {
        return new AlertCondition(
                AlertKind.QUEUE_LENGTH.key(),
                "More than " + limit + " messages wait in the queue",
                "Either mail cannot be delivered, or mail arrives faster than it is delivered.",
                "Run o365-relay queue to see which messages wait, and why, and o365-relay devices to see which devices"
                        + " send most.",
                null,
                null,
                null,
                Reporting.NONE);
    }

    static AlertCondition diskLow(DiskCapacity capacity) {
        return diskCondition(
                AlertKind.DISK_LOW,
                "The disk of the queue is nearly full",
                mebibytes(capacity.free()) + " are free. Below " + mebibytes(capacity.minimumFree())
                        + " (queue.minimum-free-space), the relay rejects new mail with a temporary error.");
    }

    static AlertCondition diskFull(DiskCapacity capacity) {
        return diskCondition(
                AlertKind.DISK_FULL,
                "New mail is rejected: the disk of the queue is full",
                mebibytes(capacity.free()) + " are free, less than " + mebibytes(capacity.minimumFree())
                        + " (queue.minimum-free-space). The relay rejects new mail with a temporary error. Queued mail"
                        + " is still delivered.");
    }

    private static AlertCondition diskCondition(AlertKind kind, String subject, String text) {
        return new AlertCondition(
                kind.key(),
                subject,
                text,
                "Free space on the file system of relay.data-directory. No restart is needed.",
                null,
                null,
                null,
                Reporting.NONE);
    }

    static AlertCondition queueLarge(DiskCapacity capacity) {
        return queueSizeCondition(
                AlertKind.QUEUE_LARGE,
                "The queue is nearly full",
                "It holds " + mebibytes(capacity.used()) + " of " + mebibytes(capacity.maximum())
                        + " (queue.maximum-size). When it is full, the relay rejects new mail with a temporary error.");
    }

    static AlertCondition queueFull(DiskCapacity capacity) {
        return queueSizeCondition(
                AlertKind.QUEUE_FULL,
                "New mail is rejected: the queue is full",
                "It holds " + mebibytes(capacity.used()) + " of " + mebibytes(capacity.maximum())
                        + " (queue.maximum-size). The relay rejects new mail with a temporary error. Queued mail is"
                        + " still delivered.");
    }

    private static AlertCondition queueSizeCondition(AlertKind kind, String subject, String text) {
        return new AlertCondition(
                kind.key(),
                subject,
                text,
                "Run o365-relay queue to see why messages wait. If the disk has enough space, raise"
                        + " queue.maximum-size.",
                null,
                null,
                null,
                Reporting.NONE);
    }

    static AlertCondition queueUnusable(QueueUnusable unusable) {
        return new AlertCondition(
                AlertKind.QUEUE_UNUSABLE.key(),
                "New mail is rejected: the queue cannot be written",
                unusable.reason()
                        + ". The relay rejects new mail with a temporary error, and delivers no queued mail until the"
                        + " queue can be written again.",
                unusable.advice(),
                null,
                Duration.ZERO,
                null,
                Reporting.LOGGED);
    }

    static AlertCondition queueDamaged(QueueDamaged damaged) {
        return new AlertCondition(
                AlertKind.QUEUE_DAMAGED.key(),
                "The queue is damaged",
                damaged.reason() + ". Messages in the damaged part cannot be delivered.",
                damaged.advice(),
                null,
                Duration.ZERO,
                null,
                Reporting.LOGGED);
    }

    /// @return what the admin can do about a failure of the queue
    static String advice(QueueFailure failure) {
        return switch (failure.kind()) {
            case LOST ->
                "If the file was moved, move it back: the relay then continues. Otherwise stop the relay; if it has"
                        + " saved a copy of the queue, run o365-relay restore COPY --replace; then start it.";
            case READ_ONLY ->
                "Mount the file system read-write (after an error, check the disk first), or restore the owner and the"
                        + " permissions of the file. No restart is needed.";
            case WRITE_FAILED ->
                "Check the free space and the health of the disk. No restart is needed once the disk works. If the"
                        + " queue is damaged, stop the relay and run o365-relay queue verify --repair.";
            case DAMAGED -> "Check the disk. Stop the relay, run o365-relay queue verify --repair, and start it again.";
        };
    }

    static AdminWarning email(AlertMessage message) {
        Alert alert = message.alert();
        List<String> paragraphs = new ArrayList<>();
        if (message.isCleared()) {
            paragraphs.add(period(message));
        }
        if (message.isFirstEmail()) {
            paragraphs.add(alert.text());
        }
        if (message.isCleared() && message.isFirstEmail()) {
            paragraphs.add("No email was sent when it began because no mailbox could send.");
        }
        if (!message.isCleared() && !alert.advice().isEmpty()) {
            paragraphs.add("What to do: " + alert.advice());
        }
        if (!message.isCleared()) {
            paragraphs.add("You will receive another email when the problem is resolved.");
        }
        String id = "alert." + Long.toHexString(alert.name().hashCode() & 0xffff_ffffL) + "."
                + alert.since().toEpochMilli() + (message.isCleared() ? ".cleared" : "");
        return new AdminWarning(id, subject(message), paragraphs);
    }

    /// @return the message as a single text, for chat services
    static String summary(AlertMessage message) {
        Alert alert = message.alert();
        String raised = alert.subject() + ". " + alert.text();
        String advice = alert.advice().isEmpty() ? "" : " What to do: " + alert.advice();
        return message.isCleared() ? subject(message) + ". " + period(message) : raised + advice;
    }

    static String subject(AlertMessage message) {
        return message.isCleared()
                ? "Resolved: " + message.alert().subject()
                : message.alert().subject();
    }

    private static String period(AlertMessage message) {
        return "It lasted from " + TIME.format(message.alert().since()) + " to " + TIME.format(message.at()) + ".";
    }

    private static String mebibytes(long octets) {
        return Math.max(0, octets) / MIB + " MiB";
    }

    private static String text(Duration time) {
        String text = time.toString().substring(2).toLowerCase(Locale.ROOT);
        return time.toHours() > 0 && time.toMinutesPart() == 0 && time.toSecondsPart() == 0
                ? time.toHours() + " h"
                : time.toSeconds() % 60 == 0 ? time.toMinutes() + " min" : text;
    }
}
