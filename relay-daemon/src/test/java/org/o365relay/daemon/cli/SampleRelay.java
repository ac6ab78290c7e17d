package org.o365relay.daemon.cli;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.RelayStatus.Rate;
import org.o365relay.RelayStatus.Running;
import org.o365relay.alert.Alert;
import org.o365relay.deliver.health.MailboxStatus;
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

/// A morning at 8:05 in Berlin, with something of everything in the queue.
final class SampleRelay {

    static final Instant NOW = Instant.parse("2026-11-21T07:05:00Z");
    static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

    private static final Instant EVENING = Instant.parse("2026-11-20T16:42:03.120Z");
    private static final String WRONG_PASSWORD =
            "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.";
    private static final String ACCEPTED =
            "250 2.6.0 <20261120.1@mfp-2> [InternalId=63118752, Hostname=FR0P281MB1.DEUP281"
                    + ".PROD.OUTLOOK.COM] 9126 bytes in 0.113, 78.6 KB/sec Queued mail for delivery";

    private SampleRelay() {}

    static FakeControl relay() {
        List<MessageDetail> messages = messages();
        return new FakeControl(status(true, messages), messages, "scan1@contoso.example")
                .with(messages.getFirst(), original())
                .with(messages.get(2), original());
    }

    static FakeControl atRest() {
        List<MessageDetail> messages = messages();
        return new FakeControl(status(false, messages), messages)
                .with(messages.getFirst(), original())
                .with(messages.get(2), original());
    }

    static FakeControl empty() {
        return new FakeControl(status(true, List.of()), List.of());
    }

    /// As the device sent it, with something in the subject that a terminal would obey.
    static byte[] original() {
        String lines = """
            From: MFP <scanner@contoso.example>
            To: anna@contoso.example
            Subject: Scan\u001b[2J of
            \tyesterday
            Sender: mfp@local

            see attachment
            """;
        return lines.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    static List<MessageDetail> messages() {
        return List.of(
                deferred(),
                delivered(),
                failed(),
                deleted(),
                held(),
                queued(),
                delivering(),
                line(8, MessageState.QUEUED, NOW.minusSeconds(20), "127.0.0.1", "", List.of("admin@contoso.example"))
                        .notice());
    }

    private static MessageDetail deferred() {
        Instant last = Instant.parse("2026-11-21T06:50:00Z");
        return line(
                        1,
                        MessageState.DEFERRED,
                        EVENING,
                        "192.168.10.17",
                        "scanner@contoso.example",
                        List.of("anna@contoso.example", "bob@fabrikam.example"))
                .about("Scan\u001b[2J of yesterday", "<20261120.1@mfp-2>")
                .due("relay@contoso.example", NOW.plusSeconds(720), 3, "credentials-incorrect")
                .happened(new HistoryEntry(
                        EVENING.plusSeconds(2), 1, "delivered", "smtp.office365.com:587", ACCEPTED, "", false))
                .happened(new HistoryEntry(
                        EVENING.plusSeconds(2),
                        0,
                        "deferred",
                        "smtp.office365.com:587",
                        "421 4.4.2 Connection lost after the final dot",
                        "unreachable",
                        true))
                .happened(new HistoryEntry(
                        last,
                        null,
                        "postponed",
                        "smtp.office365.com:587",
                        WRONG_PASSWORD,
                        "credentials-incorrect",
                        false))
                .detail(true, "queued", "delivered");
    }

    private static MessageDetail delivered() {
        return line(
                        2,
                        MessageState.DELIVERED,
                        EVENING.plusSeconds(60),
                        "192.168.10.17",
                        "scanner@contoso.example",
                        List.of("anna@contoso.example"))
                .about("Invoice 4711", "<20261120.2@mfp-2>")
                .settled(EVENING.plusSeconds(63))
                .happened(new HistoryEntry(
                        EVENING.plusSeconds(61),
                        null,
                        "interrupted",
                        "",
                        "the relay stopped during an attempt",
                        "",
                        true))
                .happened(new HistoryEntry(
                        EVENING.plusSeconds(63), 0, "delivered", "smtp.office365.com:587", ACCEPTED, "", false))
                .detail(false, "delivered");
    }

    private static MessageDetail failed() {
        return line(
                        3,
                        MessageState.FAILED,
                        EVENING.plusSeconds(120),
                        "192.168.10.30",
                        "nas@contoso.example",
                        List.of("gone@fabrikam.example", "lost@fabrikam.example"))
                .about("Backup failed", "")
                .settled(EVENING.plusSeconds(125))
                .happened(new HistoryEntry(
                        EVENING.plusSeconds(125),
                        0,
                        "failed",
                        "graph",
                        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
                        "recipient-unknown",
                        false))
                .happened(new HistoryEntry(
                        EVENING.plusSeconds(125),
                        1,
                        "failed",
                        "graph",
                        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
                        "recipient-unknown",
                        false))
                .detail(true, "failed", "failed");
    }

    private static MessageDetail deleted() {
        return line(
                        4,
                        MessageState.DELETED,
                        EVENING.plusSeconds(180),
                        "192.168.10.30",
                        "nas@contoso.example",
                        List.of("all@contoso.example"))
                .about("ALARM ALARM", "")
                .settled(EVENING.plusSeconds(900))
                .happened(new HistoryEntry(EVENING.plusSeconds(900), null, "deleted", "", "by root", "", false))
                .detail(false, "deleted");
    }

    private static MessageDetail held() {
        return line(
                        5,
                        MessageState.HELD,
                        EVENING.plusSeconds(240),
                        "192.168.10.30",
                        "nas@contoso.example",
                        List.of("all@contoso.example"))
                .about("\u202eALARM \ud83d\udce0 \u6771\u4eac", "")
                .happened(new HistoryEntry(EVENING.plusSeconds(300), null, "held", "", "by root", "", false))
                .detail(true, "queued");
    }

    private static MessageDetail queued() {
        return line(
                        6,
                        MessageState.QUEUED,
                        NOW.minusSeconds(90),
                        "2001:db8:0:0:0:0:0:7",
                        "",
                        List.of("ops@contoso.example"))
                .detail(true, "queued");
    }

    private static MessageDetail delivering() {
        return line(
                        7,
                        MessageState.DELIVERING,
                        NOW.minusSeconds(30),
                        "192.168.10.17",
                        "scanner@contoso.example",
                        List.of("anna@contoso.example"))
                .about("Scan", "<20261121.1@mfp-2>")
                .detail(true, "queued");
    }

    static RelayStatus status(boolean running, List<MessageDetail> messages) {
        return new RelayStatus(
                NOW,
                running ? running() : null,
                overview(messages),
                new Disk(12_000_000_000L, 500_000_000, 1_300_000, 10_000_000_000L));
    }

    private static QueueSummary overview(List<MessageDetail> messages) {
        return messages.isEmpty()
                ? new QueueSummary(
                        NOW, FakeControl.states(messages), null, null, null, List.of(), Map.of(), List.of(), List.of())
                : new QueueSummary(
                        NOW,
                        FakeControl.states(messages),
                        id(1),
                        EVENING,
                        NOW.plusSeconds(720),
                        List.of(
                                new GroupCount("relay@contoso.example", 1, EVENING),
                                new GroupCount("scanners", 4, EVENING.plusSeconds(240))),
                        Map.of("relay@contoso.example", 0L, "scanners", 2L),
                        List.of(
                                new GroupCount("192.168.10.17", 2, EVENING),
                                new GroupCount("192.168.10.30", 1, EVENING.plusSeconds(240)),
                                new GroupCount("2001:db8:0:0:0:0:0:7", 1, NOW.minusSeconds(90))),
                        List.of(
                                new GroupCount("credentials-incorrect", 1, EVENING),
                                new GroupCount("unreachable", 2, NOW.minusSeconds(90))));
    }

    private static Running running() {
        return new Running(
                "0.1.0",
                4242,
                Instant.parse("2026-11-14T05:00:00Z"),
                List.of("0.0.0.0:25", "[::]:2525"),
                List.of(
                        new MailboxStatus(
                                "relay@contoso.example",
                                MailboxStatus.State.BLOCKED,
                                Instant.parse("2026-11-20T17:00:00Z"),
                                "smtp.office365.com:587",
                                WRONG_PASSWORD,
                                "the password is wrong or has expired.",
                                "Try user name and password of relay@contoso.example at https://outlook.office.com,"
                                        + " then correct the relay's configuration.",
                                NOW.plusSeconds(60),
                                0),
                        new MailboxStatus(
                                "scan1@contoso.example",
                                MailboxStatus.State.PAUSED,
                                NOW.minusSeconds(600),
                                "graph",
                                "",
                                "paused by root",
                                "",
                                null,
                                1)),
                List.of(new Rate("accepted", 2, 61, 1_204), new Rate("delivered", 0, 0, 1_100)),
                List.of(new Alert(
                        "mailbox-blocked relay@contoso.example",
                        Instant.parse("2026-11-20T17:00:00Z"),
                        "relay@contoso.example is blocked",
                        "No mail is sent through relay@contoso.example.",
                        "Correct the password.")));
    }

    static QueueId id(int number) {
        return new QueueId((EVENING.toEpochMilli() << 21) + ((long) number << 40));
    }

    private static Draft line(
            int number, MessageState state, Instant receivedAt, String client, String sender, List<String> recipients) {
        MessageEntry line = new MessageEntry(
                id(number),
                state,
                receivedAt,
                client,
                client.endsWith(".17") ? "mfp-2" : "",
                sender,
                recipients,
                recipients.size(),
                9_126,
                "scanners",
                "scanners",
                Priority.NORMAL,
                0,
                state == MessageState.QUEUED ? receivedAt : null,
                "",
                "",
                "",
                "",
                null,
                false);
        return new Draft(line, new ArrayList<>());
    }

    /// A message in the making.
    private record Draft(MessageEntry line, List<HistoryEntry> events) {

        Draft about(String subject, String messageId) {
            return with(line.mailbox(), line.attempts(), line.dueAt(), line.reason(), subject, messageId, null, false);
        }

        Draft due(String mailbox, Instant dueAt, int attempts, String reason) {
            return with(mailbox, attempts, dueAt, reason, line.subject(), line.messageId(), null, false);
        }

        Draft settled(Instant at) {
            return with(line.mailbox(), 1, null, "", line.subject(), line.messageId(), at, false);
        }

        MessageDetail notice() {
            return with(line.mailbox(), 0, line.dueAt(), "", "Undelivered", "<n@relay>", null, true)
                    .detail(true, "queued");
        }

        Draft happened(HistoryEntry event) {
            events.add(event);
            return this;
        }

        MessageDetail detail(boolean hasContent, String... states) {
            Instant settled = line.settledAt();
            Instant kept = settled == null || !hasContent ? null : settled.plus(Duration.ofDays(7));
            List<RecipientEntry> recipients = new ArrayList<>();
            for (int i = 0; i < states.length; i++) {
                recipients.add(new RecipientEntry(i, line.recipients().get(i), states[i]));
            }
            return new MessageDetail(
                    line,
                    "ESMTP",
                    "8BITMIME",
                    false,
                    HeaderChanges.NONE,
                    line.id(),
                    hasContent,
                    kept,
                    recipients,
                    events);
        }

        private Draft with(
                String mailbox,
                int attempts,
                @Nullable Instant dueAt,
                String reason,
                String subject,
                String messageId,
                @Nullable Instant settledAt,
                boolean notice) {
            return new Draft(
                    new MessageEntry(
                            line.id(),
                            line.state(),
                            line.receivedAt(),
                            line.client(),
                            line.helo(),
                            line.sender(),
                            line.recipients(),
                            line.recipientCount(),
                            line.size(),
                            line.route(),
                            mailbox,
                            line.priority(),
                            attempts,
                            dueAt,
                            reason,
                            subject,
                            messageId,
                            "",
                            settledAt,
                            notice),
                    events);
        }
    }
}
