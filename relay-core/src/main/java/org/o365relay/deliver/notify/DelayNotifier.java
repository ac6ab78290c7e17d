package org.o365relay.deliver.notify;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.o365relay.deliver.notify.NoticeScheduler.MessageExpiry;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.Delayed;
import org.o365relay.journal.Journal;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.notice.Delay;
import org.o365relay.notice.GeneralReason;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;
import org.o365relay.queue.DelayNotification;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.NoticeStore;
import org.o365relay.queue.NoticeStore.Batch;
import org.o365relay.queue.NoticeStore.Written;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.queue.WaitingMessage;
import org.o365relay.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notifies senders that a message is delayed, once per message. Scans the messages waiting for delivery in
/// order of arrival, and stores in the queue how far it has scanned. Messages that are already late at the
/// first scan are skipped.
///
/// Creates no notices while no mailbox can send, because the notices would only wait in the queue behind the
/// delayed mail.
final class DelayNotifier {

    private static final Logger log = LoggerFactory.getLogger(DelayNotifier.class);
    private static final int BATCH = 100;

    private final NoticeStore notices;
    private final List<NoticeMailbox> senders;
    private final NoticePolicy policy;
    private final MessageExpiry expiry;
    private final Journal journal;
    private final SteadyClock clock;

    DelayNotifier(
            NoticeStore notices,
            List<? extends NoticeMailbox> senders,
            NoticePolicy policy,
            MessageExpiry expiry,
            Journal journal,
            SteadyClock clock) {
        this.notices = notices;
        this.senders = List.copyOf(senders);
        this.policy = policy;
        this.expiry = expiry;
        this.journal = journal;
        this.clock = clock;
    }

    /// Sends notices for messages that have become late since the last scan.
    ///
    /// @param shouldContinue checked before each batch; the scan ends if it returns false
    /// @throws org.o365relay.queue.QueueException if the disk fails; the next scan continues from the stored
    ///     position
    void run(BooleanSupplier shouldContinue) {
        Duration age = policy.settings().delayNoticeAfter();
        if (age.isZero()) {
            return;
        }
        Optional<QueueId> reached = notices.delaysRecordedUpTo();
        QueueId end = notices.lastArrivalBefore(
                reached.orElse(new QueueId(0)), clock.instant().minus(age));
        QueueId position = reached.orElse(end);
        boolean hasMore = reached.isEmpty() || position.compareTo(end) < 0;
        while (hasMore && shouldContinue.getAsBoolean()) {
            Optional<NoticeMailbox> open =
                    senders.stream().filter(NoticeMailbox::isOpen).findFirst();
            if (open.isEmpty()) {
                return;
            }
            Batch batch = notices.waitingMessages(position, end, BATCH);
            notifySenders(batch, open.get());
            position = batch.end();
            hasMore = !batch.isLast();
        }
    }

    private void notifySenders(Batch batch, NoticeMailbox open) {
        List<DelayNotification> notifications = new ArrayList<>();
        for (WaitingMessage waiting : batch.messages()) {
            notification(waiting, open).ifPresent(notifications::add);
        }
        List<Written> written = notices.recordDelays(batch.end(), notifications);
        for (int i = 0; i < notifications.size(); i++) {
            log(batch, notifications.get(i), written.get(i));
        }
    }

    private void log(Batch batch, DelayNotification notification, Written written) {
        if (!written.isNotified()) {
            return; // the message was settled in the meantime
        }
        LocalMessage message = notification.notice();
        if (message != null && written.noticeId() != null) {
            journal.record(new Accepted(written.noticeId(), message.arrival(), message.envelope(), message.size()));
        }
        batch.messages().stream()
                .filter(waiting -> waiting.id().equals(notification.message()))
                .forEach(waiting -> journal.record(new Delayed(
                        waiting.id(),
                        waiting.arrival().client(),
                        notification.to(),
                        Duration.between(waiting.age().arrivedAt(), clock.instant()),
                        message == null)));
    }

    /// @return the notification to record; empty if the sender is not notified
    private Optional<DelayNotification> notification(WaitingMessage waiting, NoticeMailbox open) {
        List<Recipient> recipients = waiting.recipients().stream()
                .filter(recipient -> allowsDelayNotice(waiting, recipient))
                .toList();
        if (recipients.isEmpty() || isNotified(waiting)) {
            return Optional.empty();
        }
        NoticeMailbox sender = availableMailbox(waiting).orElse(open);
        try {
            return notification(waiting, recipients, sender);
        } catch (QueueException e) {
            skipIfDamaged(waiting, e);
        } catch (IOException e) {
            skipIfDamaged(waiting, e);
        } catch (RuntimeException e) { // the other senders must still be notified
            log.error(
                    "the sender of message {} is not notified of the delay because of a bug; please report it",
                    waiting.id(),
                    e);
        }
        return Optional.empty();
    }

    /// Rethrows the failure if the disk failed: the scan then ends and is repeated later. A damaged message is
    /// skipped, so that the senders of the other messages are notified.
    private static void skipIfDamaged(WaitingMessage waiting, QueueException failure) {
        if (!failure.isDamage()) {
            throw failure;
        }
        log.error(
                "the sender of message {} is not notified of the delay, because the message is damaged: {}",
                waiting.id(),
                failure.getMessage());
    }

    private static void skipIfDamaged(WaitingMessage waiting, IOException failure) {
        if (failure.getCause() instanceof QueueException diskFailure) {
            throw diskFailure;
        }
        log.error(
                "message {} cannot be read, so its sender is not notified of the delay: {}",
                waiting.id(),
                failure.getMessage());
    }

    private Optional<DelayNotification> notification(
            WaitingMessage waiting, List<Recipient> recipients, NoticeMailbox sender) throws IOException {
        NoticeWriter writer = policy.writer(sender.mailbox());
        ReportedMessage original = original(waiting, sender);
        Optional<EmailAddress> noticeRecipient = writer.delayNoticeRecipient(waiting.envelope(), original);
        if (noticeRecipient.isEmpty()) {
            return Optional.empty();
        }
        InetAddress client = waiting.arrival().client();
        if (!policy.limit().allowsNotice(client)) {
            SuppressedNotice suppressed = new SuppressedNotice(
                    waiting.id(),
                    SuppressedNotice.Kind.DELAYED,
                    client,
                    noticeRecipient.get(),
                    clock.calendar().instant());
            return Optional.of(new DelayNotification(waiting.id(), noticeRecipient.get(), null, suppressed));
        }
        Delay delay = delay(waiting, original, recipients, sender);
        return writer.write(delay)
                .map(notice ->
                        NoticePolicy.localMessage(notice, sender.route(), waiting.priority(), delay.occurredAt()))
                .map(message -> new DelayNotification(
                        delay.id(), message.envelope().recipients().getFirst(), message, null));
    }

    /// @return whether the delay is already recorded, which is possible if the scan was restarted from an
    ///     earlier position
    private boolean isNotified(WaitingMessage waiting) {
        return notices.history(waiting.id()).stream()
                .anyMatch(event -> event.kind().equals("delayed"));
    }

    // RFC 3461 §4.1: without NOTIFY the relay decides; with NOTIFY, only DELAY requests delay notices
    private static boolean allowsDelayNotice(WaitingMessage waiting, Recipient recipient) {
        Set<NotifyCondition> conditions =
                waiting.envelope().dsnRequest().of(recipient.address()).conditions();
        boolean requested = conditions == null || conditions.contains(NotifyCondition.DELAY);
        return requested && !waiting.envelope().isAdded(recipient.address());
    }

    private Optional<NoticeMailbox> availableMailbox(WaitingMessage waiting) {
        return senders.stream()
                .filter(sender -> sender.serves(waiting.mailbox()) && sender.isOpen())
                .findFirst();
    }

    private Delay delay(
            WaitingMessage waiting, ReportedMessage original, List<Recipient> recipients, NoticeMailbox sender) {
        Instant expiresAt = expiry.expiresAt(waiting.age().countedFrom(), clock.instant());
        Optional<LastReply> last = LastReply.in(notices.history(waiting.id()));
        return new Delay(
                waiting.id(),
                waiting.arrival(),
                waiting.envelope(),
                original,
                recipients,
                reason(waiting, sender),
                last.map(LastReply::reply).orElse(null),
                last.map(LastReply::upstream).orElse(""),
                waiting.attempts(),
                clock.toCalendar(expiresAt),
                clock.calendar().instant());
    }

    private Reason reason(WaitingMessage waiting, NoticeMailbox sender) {
        if (waiting.reason() != null) {
            return policy.reason(waiting.reason(), sender.mailbox(), "");
        }
        return policy.reason(availableMailbox(waiting).isPresent() ? GeneralReason.BACKLOG : GeneralReason.MAILBOX, "");
    }

    private static ReportedMessage original(WaitingMessage waiting, NoticeMailbox sender) throws IOException {
        try (InputStream content = waiting.content().get()) {
            return sender.original(waiting.id(), waiting.arrival(), waiting.envelope(), content);
        }
    }
}
