package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Stores delay notices and digests of suppressed notices. A notice and its record are written in one
/// transaction. Every method throws a [QueueException] if the disk fails, unless it says otherwise; nothing is
/// written then.
public interface NoticeStore {

    /// @return an ID that is not higher than that of any message whose reception begins at this time or later
    QueueId firstIdAt(Instant time);

    /// @return the position that the scan for delayed messages has reached; empty if none is saved
    Optional<QueueId> delaysRecordedUpTo();

    /// Reads open messages in the order of reception, except notices, messages from the null sender and
    /// messages on hold.
    ///
    /// @param after ID of the last message of the previous batch; newer messages are read
    /// @param before the end of the range, exclusive
    /// @param max maximum number of rows to read
    /// @return the next batch, without damaged messages
    Batch waitingMessages(QueueId after, QueueId before, int max);

    /// A batch of waiting messages.
    ///
    /// @param end ID of the last message read; the end of the range if the range is exhausted
    /// @param isLast whether the range is exhausted
    record Batch(List<WaitingMessage> messages, QueueId end, boolean isLast) {}

    /// @return history of a message, oldest first; empty if the message is unknown
    List<HistoryEntry> history(QueueId id);

    /// Queues delay notices, records them, and saves the position of the scan, in one transaction. Messages
    /// settled in the meantime are skipped.
    ///
    /// @param position position that the scan has reached
    /// @return a result for each notification, in the same order
    List<Written> recordDelays(QueueId position, List<DelayNotification> notifications);

    /// Result of a delay notification.
    ///
    /// @param isNotified false if the message was settled in the meantime
    /// @param noticeId ID of the queued notice; null if there is none
    record Written(boolean isNotified, @Nullable QueueId noticeId) {}

    /// @param until notices suppressed after this time are left out
    /// @return suppressed notices, grouped by device and recipient, without damaged rows
    List<SuppressedNotices> suppressedNotices(Instant until);

    /// Reads all suppressed notices on startup.
    ///
    /// @return the suppressed notices; if they cannot be read, the error is logged and the list is empty, so
    ///     that mail is not affected
    List<SuppressedNotices> storedNotices();

    /// @return the oldest messages of a group, without damaged ones
    List<SuppressedMessage> suppressedMessages(SuppressedNotices group, int max);

    /// Queues the digest of a group and deletes the group, in one transaction. Notices suppressed after the
    /// group's `until` are kept.
    ///
    /// @return the ID of the digest; empty, with nothing written, if the group has changed in the meantime
    Optional<QueueId> sendDigest(SuppressedNotices group, LocalMessage digest);
}
