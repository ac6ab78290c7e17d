package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.notice.Digest;
import org.o365relay.notice.Digest.Status;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.NoticeStore;
import org.o365relay.queue.SuppressedMessage;
import org.o365relay.queue.SuppressedNotices;

/// Tells people in one letter of what was withheld from them within an hour. Digests about one device have the
/// same limit of their own as notices have: should it name hundreds of authors, the others are told later.
final class DigestSender {

    private static final int MAX_LISTED = 50;

    /// How long it may take at most, unless the disk is in trouble, until what is withheld is on disk: so nothing comes
    /// onto a pile while its digest is written.
    private static final Duration COMMIT_MARGIN = Duration.ofSeconds(10);

    private final NoticeStore notices;
    private final List<MailboxSender> senders;
    private final NoticePolicy policy;
    private final NoticeLimit limit;
    private final Journal journal;
    private final InstantSource clock;

    DigestSender(
            MessageQueue queue, List<MailboxSender> lanes, NoticePolicy desk, Journal journal, InstantSource clock) {
        this.notices = queue.notices();
        this.senders = List.copyOf(lanes);
        this.policy = desk;
        this.limit = new NoticeLimit(desk.settings().hourlyLimitPerDevice(), clock);
        this.journal = journal;
        this.clock = clock;
    }

    /// Sends the digests whose hour is over, if a mailbox can send.
    ///
    /// @param goesOn asked between letters
    /// @throws RuntimeException if one of them cannot be sent, after the others; the next look tries again
    void run(BooleanSupplier goesOn) {
        limit.removeExpired();
        Instant now = clock.instant();
        RuntimeException first = null;
        for (SuppressedNotices pile : notices.suppressedNotices(now.minus(COMMIT_MARGIN))) {
            Optional<MailboxSender> open =
                    senders.stream().filter(MailboxSender::isOpen).findFirst();
            if (open.isEmpty() || !goesOn.getAsBoolean()) {
                break;
            }
            try {
                sendIfDue(pile, open.get(), now);
            } catch (RuntimeException e) { // one damaged page must not keep the others from being sent
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void sendIfDue(SuppressedNotices pile, MailboxSender lane, Instant now) {
        boolean isOver = !now.isBefore(pile.since().plus(NoticeLimit.HOUR));
        if (isOver && limit.hasRoom(pile.client()) && send(pile, lane, now)) {
            limit.allowsNotice(pile.client()); // it is counted when it is on its way
        }
    }

    /// @return whether it is on its way
    private boolean send(SuppressedNotices pile, MailboxSender lane, Instant now) {
        List<SuppressedMessage> messages = notices.suppressedMessages(pile, MAX_LISTED);
        Optional<SuppressedMessage> newest =
                messages.isEmpty() ? Optional.empty() : Optional.of(messages.getLast()); // all may be damaged
        EmailAddress mailbox = lane.mailbox();
        Digest digest = new Digest(
                pile.recipient(),
                pile.client(),
                newest.map(SuppressedMessage::helo).orElse(""),
                pile.count(),
                messages.stream().map(message -> line(message, mailbox)).toList(),
                now);
        LocalMessage letter = NoticePolicy.localMessage(
                policy.writer(mailbox)
                        .write(digest, newest.map(SuppressedMessage::id).orElseGet(() -> NoticeStore.firstIdAt(now))),
                lane.claimScope().owner(),
                Priority.NORMAL,
                now);
        Optional<QueueId> sent = notices.sendDigest(pile, letter);
        sent.ifPresent(id -> journal.accepted(id, letter.arrival(), letter.envelope(), letter.size()));
        return sent.isPresent();
    }

    private Digest.Entry line(SuppressedMessage message, EmailAddress mailbox) {
        String subject = message.subject() == null ? "" : message.subject();
        Status fate = fate(message);
        boolean hasReason = fate != Status.DELIVERED && !message.reason().isEmpty();
        String reason = hasReason ? policy.reason(message.reason(), mailbox, "").cause() : "";
        return new Digest.Entry(message.receivedAt(), subject, message.recipients(), fate, reason);
    }

    private static Status fate(SuppressedMessage message) {
        return switch (message.kind()) {
            case FAILED -> Status.FAILED;
            case DELAYED -> {
                if (!message.settled()) {
                    yield Status.DELAYED;
                }
                yield message.recipients().isEmpty() ? Status.FAILED : Status.DELIVERED;
            }
        };
    }
}
