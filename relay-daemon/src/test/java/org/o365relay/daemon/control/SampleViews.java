package org.o365relay.daemon.control;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.RelayStatus.Rate;
import org.o365relay.RelayStatus.Running;
import org.o365relay.alert.Alert;
import org.o365relay.config.print.ChangedSetting;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.QueueSummary;

/// What a relay may answer, with something in every place.
final class SampleViews {

    static final Instant NOON = Instant.parse("2026-11-21T12:00:00.123Z");
    static final QueueId ID = new QueueId(4711);

    private SampleViews() {}

    static QueueSummary summary() {
        return new QueueSummary(
                NOON,
                Map.of(
                        MessageState.QUEUED, 1L,
                        MessageState.DEFERRED, 3_000_000_000L,
                        MessageState.DELIVERING, 2L,
                        MessageState.HELD, 0L),
                ID,
                NOON.minusSeconds(7200),
                NOON.plusSeconds(1),
                List.of(new GroupCount("relay@contoso.example", 5, NOON.minusSeconds(60))),
                Map.of("relay@contoso.example", 2L),
                List.of(new GroupCount("192.0.2.17", 4, NOON)),
                List.of(new GroupCount("mailbox-full", 3, NOON)));
    }

    static QueueSummary emptyQueue() {
        return new QueueSummary(
                NOON,
                Map.of(
                        MessageState.QUEUED, 0L,
                        MessageState.DEFERRED, 0L,
                        MessageState.DELIVERING, 0L,
                        MessageState.HELD, 0L),
                null,
                null,
                null,
                List.of(),
                Map.of(),
                List.of(),
                List.of());
    }

    static MessageEntry line() {
        return line(123_456_789_012L);
    }

    private static MessageEntry line(long size) {
        return new MessageEntry(
                ID,
                MessageState.DEFERRED,
                NOON,
                "192.0.2.17",
                "scanner",
                "scan@contoso.example",
                List.of("bob@fabrikam.example", "jürgen@fabrikam.example"),
                12,
                size,
                "pool",
                "relay@contoso.example",
                Priority.URGENT,
                3,
                NOON.plusSeconds(60),
                "mailbox-full",
                "Stö\u001b[2Jrung \ud83d\udce0 \"x\\y\"",
                "<1@scanner>",
                "<1.0123456789abcdef@scanner>",
                null,
                false);
    }

    static MessageEntry settled() {
        return new MessageEntry(
                ID,
                MessageState.DELIVERED,
                NOON,
                "192.0.2.17",
                "",
                "",
                List.of(),
                0,
                0,
                "",
                "",
                Priority.NORMAL,
                0,
                null,
                "",
                "",
                "",
                "",
                NOON,
                true);
    }

    static MessageDetail detail() {
        return detail(123_456_789_012L);
    }

    static MessageDetail detail(long size) {
        return new MessageDetail(
                line(size),
                "ESMTP",
                "8BITMIME",
                true,
                new HeaderChanges(
                        "Büro",
                        EmailAddress.parse("help@contoso.example").orElseThrow(),
                        "[x]",
                        List.of(EmailAddress.parse("ann@fabrikam.example").orElseThrow()),
                        2,
                        EmailAddress.parse("archive@fabrikam.example").orElseThrow()),
                new QueueId(4712),
                true,
                NOON,
                List.of(new RecipientEntry(0, "bob@fabrikam.example", "queued")),
                List.of(
                        new HistoryEntry(NOON, null, "interrupted", "", "the relay ended", "", true),
                        new HistoryEntry(NOON, 0, "deferred", "smtp", "452 4.2.2 full", "mailbox-full", false)));
    }

    static RelayStatus running() {
        return new RelayStatus(
                NOON,
                new Running(
                        "0.1.0",
                        4242,
                        NOON.minusSeconds(3600),
                        List.of("127.0.0.1:2525"),
                        List.of(open(), paused()),
                        List.of(new Rate("accepted", 1, 2, 3)),
                        List.of(new Alert(
                                "mailbox-blocked relay@contoso.example", NOON, "paused", "It is.", "Fix it."))),
                summary(),
                new Disk(1, 2, 3, 1L << 40));
    }

    static RelayStatus atRest() {
        return new RelayStatus(NOON, null, emptyQueue(), new Disk(1, 2, 3, 4));
    }

    private static MailboxStatus open() {
        return new MailboxStatus("relay@contoso.example", MailboxStatus.State.OPEN, null, "smtp", "", "", "", null, 4);
    }

    private static MailboxStatus paused() {
        return new MailboxStatus(
                "second@contoso.example",
                MailboxStatus.State.BLOCKED,
                NOON,
                "smtp",
                "535 5.7.139 no",
                "SMTP AUTH is off",
                "Switch it on.",
                NOON.plusSeconds(5),
                0);
    }

    static ReloadResult reload() {
        return new ReloadResult(
                ReloadResult.Outcome.RELOADED,
                List.of(
                        new ChangedSetting("relay.mailboxes[a@x.example].limits.connections", "3", "5", false),
                        new ChangedSetting("relay.trusted-networks", null, "192.168.20.0/24", false),
                        new ChangedSetting("relay.data-directory", "/a", "/b", true)),
                List.of("relay.conf:3: relay.limits.connections: many"),
                List.of());
    }
}
