package org.o365relay.queue;

import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stores delay notices and digests of suppressed notices. A notice and its record are written in one
/// transaction.
public final class NoticeStore {

    private static final Logger log = LoggerFactory.getLogger(NoticeStore.class);

    private final Store store;
    private final Signals dueSignals;
    private final QueueIds ids;
    private final InstantSource clock;

    NoticeStore(Store store, Signals dueSignals, QueueIds ids, InstantSource clock) {
        this.store = store;
        this.dueSignals = dueSignals;
        this.ids = ids;
        this.clock = clock;
    }

    /// @return an ID lower than that of any message whose reception begins at this time or later
    public static QueueId firstIdAt(Instant time) {
        return new QueueId(QueueIds.first(time.toEpochMilli()));
    }

    /// Reads open messages in the order of reception, except notices, messages from the null sender and
    /// messages on hold.
    ///
    /// @param after the last message of the previous batch
    /// @param before the end of the range, exclusive
    /// @param max maximum number of rows to read
    /// @return the next batch, without damaged messages
    /// @throws QueueException if the disk fails
    public Batch waitingMessages(QueueId after, QueueId before, int max) {
        List<NoticeTables.WaitingRow> rows = store.readers()
                .read(statements -> NoticeTables.waiting(statements, after.value(), before.value(), max));
        List<WaitingMessage> waiting = rows.stream()
                .flatMap(found -> found.row().waiting(store.readers(), found.recipients(), found.reason()).stream())
                .toList();
        boolean isLast = rows.size() < max;
        return new Batch(
                waiting, isLast ? before : new QueueId(rows.getLast().row().id()), isLast);
    }

    /// A batch of waiting messages.
    ///
    /// @param end the last message read
    /// @param isLast whether the range is exhausted
    public record Batch(List<WaitingMessage> messages, QueueId end, boolean isLast) {}

    /// Queues delay notices, records them, and saves the position of the scan, in one transaction. Messages
    /// settled in the meantime are skipped.
    ///
    /// @param task name of the scan
    /// @param position position that the scan has reached
    /// @return a result for each notification, in the same order
    /// @throws QueueException if the disk fails; nothing is written then
    public List<Written> recordDelays(String task, String position, List<DelayNotification> notifications) {
        Instant now = clock.instant();
        List<QueueId> noticeIds = notifications.stream().map(_ -> ids.next()).toList();
        List<Written> written = store.committer().write(statements -> {
            StateTables.saveProgress(statements, task, position);
            List<Written> results = new ArrayList<>();
            for (int i = 0; i < notifications.size(); i++) {
                results.add(recordDelays(statements, notifications.get(i), noticeIds.get(i), now));
            }
            return results;
        });
        notifications.forEach(notification -> signal(notification.notice()));
        return written;
    }

    /// Result of a delay notification.
    ///
    /// @param isNotified false if the message was settled in the meantime
    /// @param noticeId ID of the queued notice; null if there is none
    public record Written(boolean isNotified, @Nullable QueueId noticeId) {}

    private static Written recordDelays(
            Statements statements, DelayNotification notification, QueueId noticeId, Instant now) throws SQLException {
        LocalMessage notice = notification.notice();
        String detail = (notice == null ? "in a digest to " : "to ") + notification.to();
        if (!NoticeTables.recordDelay(statements, notification.message(), now, detail)) {
            return new Written(false, null);
        }
        if (notification.suppressed() != null) {
            NoticeTables.suppress(statements, notification.suppressed());
        }
        if (notice == null) {
            return new Written(true, null);
        }
        MessageQueue.insertLocal(statements, noticeId, notice);
        return new Written(true, noticeId);
    }

    /// @param until limit; notices suppressed later are left out
    /// @return suppressed notices, grouped by device and recipient, without damaged rows
    /// @throws QueueException if the disk fails
    public List<SuppressedNotices> suppressedNotices(Instant until) {
        return store.readers().read(statements -> NoticeTables.groups(statements, until));
    }

    /// Reads all suppressed notices on startup.
    ///
    /// @return the suppressed notices; if they cannot be read, the error is logged and the list is empty, so
    ///     that mail is not affected
    public List<SuppressedNotices> storedNotices() {
        try {
            return suppressedNotices(ClaimTables.END_OF_TIME);
        } catch (QueueException e) {
            log.error(
                    "suppressed notices cannot be read from the queue; no digest is sent for them: {}", e.getMessage());
            return List.of();
        }
    }

    /// @return the oldest messages of a group, without damaged ones
    /// @throws QueueException if the disk fails
    public List<SuppressedMessage> suppressedMessages(SuppressedNotices group, int max) {
        return store.readers().read(statements -> NoticeTables.messages(statements, group, max));
    }

    /// Queues the digest of a group and deletes the group, in one transaction. Notices suppressed after the
    /// group's `until` are kept.
    ///
    /// @return the ID of the digest; empty, with nothing written, if the group has changed in the meantime
    /// @throws QueueException if the disk fails; nothing is written then
    public Optional<QueueId> sendDigest(SuppressedNotices group, LocalMessage digest) {
        QueueId id = ids.next();
        boolean sent = store.committer().write(statements -> {
            if (!NoticeTables.isUnchanged(statements, group)) {
                return false;
            }
            String client = group.client().getHostAddress();
            String recipient = group.recipient().toString();
            NoticeTables.delete(statements, client, recipient, group.until().toEpochMilli(), Integer.MAX_VALUE);
            MessageQueue.insertLocal(statements, id, digest);
            return true;
        });
        if (sent) {
            signal(digest);
        }
        return sent ? Optional.of(id) : Optional.empty();
    }

    private void signal(@Nullable LocalMessage message) {
        if (message != null) {
            dueSignals.raise(message.routed().route());
        }
    }
}
