package org.o365relay.alert;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.o365relay.alert.AlertCondition.Reporting;
import org.o365relay.journal.Journal.ExceededLimit;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.notice.AdminWarning;
import org.o365relay.queue.DiskCapacity;

/// Every trouble by name, and every sentence the admin is told.
final class AlertTexts {

    static final String QUEUE_AGE = "queue-age";
    static final String QUEUE_LENGTH = "queue-length";
    static final String DISK_LOW = "disk-low";
    static final String DISK_FULL = "disk-full";
    static final String QUEUE_LARGE = "queue-large";
    static final String QUEUE_FULL = "queue-full";

    private static final String OVER_BUDGET = "over-budget ";

    /// How long a device must keep within its budget.
    private static final Duration WITHOUT_OVERDRAFT = Duration.ofHours(1);

    /// What is still wrong is found again within this time after a restart.
    private static final Duration AFTER_RESTART = Duration.ofMinutes(10);

    /// Shorter outages are nobody's affair.
    private static final Duration OUTAGE = Duration.ofMinutes(10);

    private static final long MIB = 1024L * 1024;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("d MMMM uuuu HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private AlertTexts() {}

    /// @return how long something told before a restart is believed without being found again
    static Duration remembered(String name) {
        return name.startsWith(OVER_BUDGET) ? WITHOUT_OVERDRAFT : AFTER_RESTART;
    }

    static String lanePaused(EmailAddress mailbox) {
        return "lane-paused " + mailbox;
    }

    static AlertCondition lanePaused(EmailAddress mailbox, String upstream, Reply reply, String advice) {
        return new AlertCondition(
                lanePaused(mailbox),
                "No mail leaves as " + mailbox,
                "The mailbox " + mailbox + " is paused, because " + upstream + " says: " + reply
                        + ". Nothing is lost: mail waits, and goes on by itself when the trouble is over.",
                advice,
                mailbox,
                null,
                null,
                Reporting.LOGGED);
    }

    static String unreachable(EmailAddress mailbox) {
        return "unreachable " + mailbox;
    }

    static AlertCondition unreachable(EmailAddress mailbox, String upstream, Reply reply) {
        return new AlertCondition(
                unreachable(mailbox),
                upstream + " cannot be reached for " + mailbox,
                "No mail leaves as " + mailbox + ": " + reply
                        + ". Nothing is lost: mail waits, and the relay tries again every few seconds.",
                "See whether this machine reaches the internet: DNS, firewall, proxy. If it does, look at the service"
                        + " health in the Microsoft 365 admin center.",
                mailbox,
                OUTAGE,
                null,
                Reporting.LOGGED);
    }

    static AlertCondition overBudget(ExceededLimit overdrawn) {
        String address = overdrawn.client().getHostAddress();
        String device = overdrawn.name().isEmpty() ? address : overdrawn.name() + " (" + address + ")";
        return new AlertCondition(
                OVER_BUDGET + address,
                "The device " + device + " has used up what it may send",
                "Its limit " + overdrawn.limit()
                        + " is reached. It is told to come back later; there is room again from "
                        + TIME.format(overdrawn.until()) + ".",
                "See what it sends (o365-relay trace). If it needs more, raise " + overdrawn.limit()
                        + " of its network in relay.trusted-networks.",
                null,
                null,
                WITHOUT_OVERDRAFT,
                Reporting.LOGGED);
    }

    static AlertCondition queueAge(Duration limit, Instant oldest) {
        return new AlertCondition(
                QUEUE_AGE,
                "Mail has been waiting for more than " + words(limit),
                "The oldest message in the queue came in at " + TIME.format(oldest) + ".",
                "o365-relay queue says what waits, and why.",
                null,
                null,
                null,
                Reporting.NONE);
    }

    static AlertCondition queueLength(int limit) {
        return new AlertCondition(
                QUEUE_LENGTH,
                "More than " + limit + " messages wait in the queue",
                "Either mail does not leave, or more comes in than leaves.",
                "o365-relay queue says what waits, and why; o365-relay devices who sends most.",
                null,
                null,
                null,
                Reporting.NONE);
    }

    static AlertCondition diskLow(DiskCapacity room) {
        return ofDisk(
                DISK_LOW,
                "The disk of the queue is nearly full",
                mebibytes(room.free()) + " are free. With less than " + mebibytes(room.minimumFree())
                        + " (queue.minimum-free-space) new mail is refused for now.");
    }

    static AlertCondition diskFull(DiskCapacity room) {
        return ofDisk(
                DISK_FULL,
                "New mail is refused: the disk of the queue is full",
                mebibytes(room.free()) + " are free, less than " + mebibytes(room.minimumFree())
                        + " (queue.minimum-free-space). Devices are told to come back later. Queued mail is delivered.");
    }

    private static AlertCondition ofDisk(String name, String subject, String text) {
        return new AlertCondition(
                name,
                subject,
                text,
                "Make room on the file system of relay.data-directory. No restart is needed.",
                null,
                null,
                null,
                Reporting.NONE);
    }

    static AlertCondition queueLarge(DiskCapacity room) {
        return ofSize(
                QUEUE_LARGE,
                "The queue has nearly used up what it may",
                "It holds " + mebibytes(room.used()) + " of " + mebibytes(room.maximum())
                        + " (queue.maximum-size). When it is full, new mail is refused for now.");
    }

    static AlertCondition queueFull(DiskCapacity room) {
        return ofSize(
                QUEUE_FULL,
                "New mail is refused: the queue is full",
                "It holds " + mebibytes(room.used()) + " of " + mebibytes(room.maximum())
                        + " (queue.maximum-size). Devices are told to come back later. Queued mail is delivered.");
    }

    private static AlertCondition ofSize(String name, String subject, String text) {
        return new AlertCondition(
                name,
                subject,
                text,
                "o365-relay queue says why so much waits. If the disk has room, raise queue.maximum-size.",
                null,
                null,
                null,
                Reporting.NONE);
    }

    /// The letter about it.
    static AdminWarning letter(AlertMessage bulletin, Instant now) {
        Alert alert = bulletin.alert();
        List<String> paragraphs = new ArrayList<>();
        if (bulletin.isCleared()) {
            paragraphs.add(ending(bulletin));
        }
        if (bulletin.isFirstEmail()) {
            paragraphs.add(alert.text());
        }
        if (bulletin.isCleared() && bulletin.isFirstEmail()) {
            paragraphs.add("You were not told when it began, for no mailbox could send a letter then.");
        }
        if (!bulletin.isCleared() && !alert.advice().isEmpty()) {
            paragraphs.add("What to do: " + alert.advice());
        }
        if (!bulletin.isCleared()) {
            paragraphs.add("You will be told when it is over.");
        }
        String id = "alert." + Long.toHexString(alert.name().hashCode() & 0xffff_ffffL) + "."
                + alert.since().toEpochMilli() + (bulletin.isCleared() ? ".over" : "");
        return new AdminWarning(id, subject(bulletin), paragraphs, now);
    }

    /// All of it in one text, for chats.
    static String summary(AlertMessage bulletin) {
        Alert alert = bulletin.alert();
        String begun = alert.subject() + ". " + alert.text();
        String advice = alert.advice().isEmpty() ? "" : " What to do: " + alert.advice();
        return bulletin.isCleared() ? subject(bulletin) + ". " + ending(bulletin) : begun + advice;
    }

    static String subject(AlertMessage bulletin) {
        return bulletin.isCleared()
                ? "Over: " + bulletin.alert().subject()
                : bulletin.alert().subject();
    }

    private static String ending(AlertMessage bulletin) {
        return "It was so from " + TIME.format(bulletin.alert().since()) + " to " + TIME.format(bulletin.at()) + ".";
    }

    private static String mebibytes(long octets) {
        return Math.max(0, octets) / MIB + " MiB";
    }

    private static String words(Duration time) {
        String text = time.toString().substring(2).toLowerCase(Locale.ROOT);
        return time.toHours() > 0 && time.toMinutesPart() == 0 && time.toSecondsPart() == 0
                ? time.toHours() + " h"
                : time.toSeconds() % 60 == 0 ? time.toMinutes() + " min" : text;
    }
}
