package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Queues delay notices and digests of suppressed notices. A notice and its record are written in one
/// transaction. Unless stated otherwise, every method throws a [QueueException] if the queue cannot be read or
/// written, and writes nothing in that case.
public interface NoticeStore {

    /// @return a lower bound for the IDs of messages whose reception begins at this time of the system clock
    ///     or later
    QueueId firstIdAt(Instant time);

    /// Finds the end of a range of IDs in which all open messages arrived before a time.
    ///
    /// @param after start of the range, exclusive
    /// @param time a time on the steady clock
    /// @return an ID below that of the first open message that arrived at that time or later; the newest ID if
    ///     there is no such message; at least `after`
    QueueId lastArrivalBefore(QueueId after, Instant time);

    /// @return the position that the scan for delayed messages has reached; empty if none is saved. It is below
    ///     the IDs of new messages, so that a scan may find a message again
    Optional<QueueId> delaysRecordedUpTo();

    /// Reads open messages in the order of their IDs, except notices, messages from the null sender and
    /// messages on hold.
    ///
    /// @param after end of the previous batch; only messages with higher IDs are read
    /// @param upTo end of the range of IDs, inclusive
    /// @param max maximum number of rows to read
    /// @return the next batch; damaged messages are left out
    Batch waitingMessages(QueueId after, QueueId upTo, int max);

    /// A batch of waiting messages.
    ///
    /// @param end ID of the last message read, even if it is damaged; in the last batch, the end of the range
    /// @param isLast true if no messages are left in the range; if false, the next batch may be empty
    record Batch(List<WaitingMessage> messages, QueueId end, boolean isLast) {}

    /// @return history of a message, oldest first; empty if the message is unknown
    List<HistoryEntry> history(QueueId id);

    /// Queues delay notices, records them, and saves the position of the scan, in one transaction. Messages
    /// that have been settled since they were read are skipped.
    ///
    /// @param position position that the scan has reached
    /// @return the result of each notification, in the order of `notifications`
    List<Written> recordDelays(QueueId position, List<DelayNotification> notifications);

    /// Result of a delay notification.
    ///
    /// @param isNotified false if the message was skipped because it has been settled
    /// @param noticeId ID of the queued notice; null if no notice was queued
    record Written(boolean isNotified, @Nullable QueueId noticeId) {}

    /// @param until notices suppressed after this time of the steady clock are left out
    /// @return suppressed notices, grouped by device and recipient; damaged rows are left out
    List<SuppressedNotices> suppressedNotices(Instant until);

    /// Reads all suppressed notices. Called at startup.
    ///
    /// @return the suppressed notices, grouped as by [#suppressedNotices]; if they cannot be read, the error is
    ///     logged and the list is empty, so that mail is not affected
    List<SuppressedNotices> storedNotices();

    /// @return the oldest messages of a group, at most `max`, with an entry for each notice; damaged messages
    ///     are left out
    List<SuppressedMessage> suppressedMessages(SuppressedNotices group, int max);

    /// Queues the digest of a group and deletes the group, in one transaction. Notices suppressed after
    /// [SuppressedNotices#until()] are kept.
    ///
    /// @return the ID of the digest; empty if the group has changed since it was read, in which case nothing is
    ///     written
    Optional<QueueId> sendDigest(SuppressedNotices group, LocalMessage digest);
}
