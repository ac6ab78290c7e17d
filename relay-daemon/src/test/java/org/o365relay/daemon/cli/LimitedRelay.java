package org.o365relay.daemon.cli;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.RelayStatus.Running;
import org.o365relay.deliver.health.AddressBackoff;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.limits.LimitUsage;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.Priority;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.QueueSummary;

/// The same morning, but the mailboxes send, and messages wait for the relay's own limits:
/// relay@contoso.example for its rate, scan1@contoso.example for its daily quota.
final class LimitedRelay {

    private static final Instant NOW = SampleRelay.NOW;
    private static final String RELAY = "relay@contoso.example";
    private static final String SCAN = "scan1@contoso.example";
    private static final String REFUSAL = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found";

    private LimitedRelay() {}

    static FakeControl relay() {
        List<MessageDetail> messages = List.of(
                message(1, MessageState.QUEUED, RELAY, NOW.minusSeconds(5), ""),
                message(2, MessageState.QUEUED, SCAN, NOW.minusSeconds(5), ""),
                message(3, MessageState.DEFERRED, RELAY, NOW.plusSeconds(900), "recipient-unknown"),
                message(4, MessageState.DEFERRED, RELAY, NOW.plusSeconds(3600), "daily-quota"),
                message(5, MessageState.DEFERRED, RELAY, NOW.plusSeconds(300), "mailbox-full"),
                message(6, MessageState.HELD, RELAY, null, ""));
        return new FakeControl(status(messages), messages);
    }

    private static RelayStatus status(List<MessageDetail> messages) {
        Running running =
                new Running("0.1.0", 4242, NOW.minusSeconds(60), List.of(), mailboxes(), List.of(), List.of());
        QueueSummary queue = new QueueSummary(
                NOW,
                FakeControl.states(messages),
                SampleRelay.id(1),
                NOW.minusSeconds(60),
                NOW.minusSeconds(5),
                List.of(
                        new GroupCount(RELAY, 159, NOW.minusSeconds(60)),
                        new GroupCount(SCAN, 1, NOW.minusSeconds(60))),
                Map.of(RELAY, 155L, SCAN, 1L),
                List.of(),
                List.of());
        return new RelayStatus(NOW, running, queue, new Disk(12_000_000_000L, 500_000_000, 1_300_000, 10_000_000_000L));
    }

    private static List<MailboxStatus> mailboxes() {
        MailboxStatus open =
                new MailboxStatus(RELAY, MailboxStatus.State.OPEN, null, "smtp.office365.com:587", "", "", "", null, 3);
        MailboxStatus full = new MailboxStatus(
                SCAN,
                MailboxStatus.State.BLOCKED,
                NOW.minusSeconds(600),
                "graph",
                "",
                "daily-quota",
                "The daily quota of scan1@contoso.example (limits.recipients-per-day = 1000) is used up.",
                "",
                NOW.plusSeconds(7800),
                0,
                null,
                new LimitUsage(SCAN, null, null, 3, 0, null, 1000, 1000),
                List.of());
        return List.of(
                open.with(
                        null,
                        new LimitUsage(RELAY, 30, NOW.plusSeconds(2), 3, 3, null, null, 0),
                        List.of(new AddressBackoff(
                                "recipient",
                                "bob@fabrikam.example",
                                NOW.plusSeconds(900),
                                "recipient-unknown",
                                REFUSAL))),
                full);
    }

    private static MessageDetail message(
            int number, MessageState state, String mailbox, @Nullable Instant due, String reason) {
        String recipient = reason.equals("recipient-unknown") ? "Bob@fabrikam.example" : "anna@contoso.example";
        MessageEntry entry = new MessageEntry(
                SampleRelay.id(number),
                state,
                NOW.minusSeconds(60),
                "192.168.10.17",
                "mfp-2",
                "scanner@contoso.example",
                List.of(recipient),
                1,
                9_126,
                mailbox,
                mailbox,
                Priority.NORMAL,
                state == MessageState.DEFERRED ? 1 : 0,
                due,
                reason,
                "Scan",
                "<" + number + "@mfp-2>",
                "",
                null,
                false);
        return new MessageDetail(
                entry,
                "ESMTP",
                "8BITMIME",
                false,
                HeaderChanges.NONE,
                entry.id(),
                true,
                null,
                List.of(new RecipientEntry(0, recipient, "queued")),
                List.of());
    }
}
