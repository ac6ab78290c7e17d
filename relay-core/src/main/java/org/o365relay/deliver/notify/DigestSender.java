package org.o365relay.deliver.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.notice.Digest;
import org.o365relay.notice.Digest.Status;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.NoticeStore;
import org.o365relay.queue.SuppressedMessage;
import org.o365relay.queue.SuppressedNotices;
import org.o365relay.time.SteadyClock;

/// Sends digests: for each sender and device, one email about the suppressed notices, at the earliest an hour
/// after the first of them. The hourly limit on notices per device also applies to digests, which are counted
/// separately; digests above the limit are sent later.
final class DigestSender {

    private static final int MAX_LISTED = 50;

    /// Maximum time until a suppressed notice is on disk, unless the disk fails. Digests leave out notices
    /// newer than this, so that a notice that reaches the disk late is not lost between two digests.
    private static final Duration COMMIT_MARGIN = Duration.ofSeconds(10);

    private final NoticeStore notices;
    private final List<NoticeMailbox> senders;
    private final NoticePolicy policy;
    private final NoticeLimit limit;
    private final Journal journal;
    private final SteadyClock clock;

    DigestSender(
            NoticeStore notices,
            List<? extends NoticeMailbox> senders,
            NoticePolicy policy,
            Journal journal,
            SteadyClock clock) {
        this.notices = notices;
        this.senders = List.copyOf(senders);
        this.policy = policy;
        this.limit = new NoticeLimit(policy.settings().hourlyLimitPerDevice(), clock);
        this.journal = journal;
        this.clock = clock;
    }

    /// Sends each digest whose oldest notice was suppressed at least an hour ago, if a mailbox can send.
    ///
    /// @param shouldContinue checked before each digest; no more are sent if it returns false
    /// @throws RuntimeException if a digest cannot be sent; thrown only after the other digests have been sent.
    ///     The next run tries to send the digest again
    void run(BooleanSupplier shouldContinue) {
        limit.use(policy.settings().hourlyLimitPerDevice()); // may have changed
        limit.removeExpired();
        Instant now = clock.instant();
        RuntimeException firstFailure = null;
        for (SuppressedNotices group : notices.suppressedNotices(now.minus(COMMIT_MARGIN))) {
            Optional<NoticeMailbox> open =
                    senders.stream().filter(NoticeMailbox::isOpen).findFirst();
            if (open.isEmpty() || !shouldContinue.getAsBoolean()) {
                break;
            }
            try {
                sendIfDue(group, open.get(), now);
            } catch (RuntimeException e) { // one damaged row must not prevent the other digests
                firstFailure = firstFailure == null ? e : firstFailure;
            }
        }
        if (firstFailure != null) {
            throw firstFailure;
        }
    }

    private void sendIfDue(SuppressedNotices group, NoticeMailbox sender, Instant now) {
        boolean isOver = !now.isBefore(group.since().plus(NoticeLimit.HOUR));
        if (isOver
                && limit.hasRoom(group.client())
                && send(group, sender, clock.calendar().instant())) {
            limit.allowsNotice(group.client()); // counts the digest now that it is queued
        }
    }

    /// @return whether the digest was queued
    private boolean send(SuppressedNotices group, NoticeMailbox sender, Instant now) {
        List<SuppressedMessage> messages = notices.suppressedMessages(group, MAX_LISTED);
        Optional<SuppressedMessage> newest =
                messages.isEmpty() ? Optional.empty() : Optional.of(messages.getLast()); // empty if all are damaged
        EmailAddress mailbox = sender.mailbox();
        Digest digest = new Digest(
                group.recipient(),
                group.client(),
                newest.map(SuppressedMessage::helo).orElse(""),
                group.count(),
                messages.stream().map(message -> entry(message, mailbox)).toList(),
                now);
        LocalMessage message = NoticePolicy.localMessage(
                policy.writer(mailbox)
                        .write(digest, newest.map(SuppressedMessage::id).orElseGet(() -> notices.firstIdAt(now))),
                sender.route(),
                Priority.NORMAL,
                now);
        Optional<QueueId> sent = notices.sendDigest(group, message);
        sent.ifPresent(id -> journal.record(new Accepted(id, message.arrival(), message.envelope(), message.size())));
        return sent.isPresent();
    }

    private Digest.Entry entry(SuppressedMessage message, EmailAddress mailbox) {
        String subject = message.subject() == null ? "" : message.subject();
        Status status = status(message);
        boolean hasReason = status != Status.DELIVERED
                && status != Status.UNKNOWN
                && !message.reason().isEmpty();
        String reason = hasReason ? policy.reason(message.reason(), mailbox, "").cause() : "";
        return new Digest.Entry(message.receivedAt(), subject, message.recipients(), status, reason);
    }

    private static Status status(SuppressedMessage message) {
        return switch (message.kind()) {
            case FAILED -> Status.FAILED;
            case DELAYED -> {
                if (!message.settled()) {
                    yield Status.DELAYED;
                }
                if (!message.known()) {
                    yield Status.UNKNOWN;
                }
                yield message.recipients().isEmpty() ? Status.FAILED : Status.DELIVERED;
            }
        };
    }
}
