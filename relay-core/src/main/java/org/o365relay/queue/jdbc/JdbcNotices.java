package org.o365relay.queue.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.DelayNotification;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.NoticeStore;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.SuppressedMessage;
import org.o365relay.queue.SuppressedNotices;
import org.o365relay.queue.WaitingMessage;
import org.o365relay.time.SteadyClock;
import org.o365relay.time.SteadyClock.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Records and queues delay notices, reads suppressed notices, and queues digests about them.
record JdbcNotices(Store store, QueueIds ids, Signals dueSignals, LocalMessageWriter localMessages, SteadyClock clock)
        implements NoticeStore {

    private static final Logger log = LoggerFactory.getLogger(JdbcNotices.class);

    /// Name under which the position of the scan for delayed messages is saved.
    private static final String DELAY_SCAN = "delay-notices";

    @Override
    public QueueId firstIdAt(Instant time) {
        return new QueueId(QueueIds.first(time.toEpochMilli()));
    }

    @Override
    public QueueId lastArrivalBefore(QueueId after, Instant time) {
        return store.scanners().read(statements -> {
            long first = statements.number(
                    "first-open-arrived",
                    after.value(),
                    time.toEpochMilli(),
                    clock.instant().toEpochMilli());
            return new QueueId(Math.max(after.value(), first > 0 ? first - 1 : statements.number("newest-id")));
        });
    }

    @Override
    public Optional<QueueId> delaysRecordedUpTo() {
        return store.readers()
                .read(statements -> statements.first("progress", row -> row.getString(1), DELAY_SCAN))
                .flatMap(JdbcNotices::position)
                .map(this::belowNewIds);
    }

    /// @return the saved position; empty if the value is damaged, so that the scan begins as in a new queue
    private static Optional<Long> position(String saved) {
        try {
            long position = Long.parseLong(saved);
            if (position >= 0) {
                return Optional.of(position);
            }
        } catch (NumberFormatException e) {
            log.debug("\"{}\" is not a position", saved, e);
        }
        log.warn("the position of the scan for delayed messages is damaged; only messages that become late from now on"
                + " get delay notices");
        return Optional.empty();
    }

    /// After startup, new IDs may be lower than some in the queue, because the system clock was far ahead.
    private QueueId belowNewIds(long position) {
        return new QueueId(Math.min(position, ids.latest()));
    }

    @Override
    public Batch waitingMessages(QueueId after, QueueId upTo, int max) {
        List<NoticeTables.WaitingRow> rows =
                store.readers().read(statements -> NoticeTables.waiting(statements, after.value(), upTo.value(), max));
        List<WaitingMessage> waiting = rows.stream()
                .flatMap(found ->
                        found.row().waiting(store.readers(), found.recipients(), found.reason(), found.age()).stream())
                .toList();
        boolean isLast = rows.size() < max;
        return new Batch(
                waiting, isLast ? upTo : new QueueId(rows.getLast().row().id()), isLast);
    }

    @Override
    public List<HistoryEntry> history(QueueId id) {
        return store.readers().read(statements -> MessageTables.events(statements, id));
    }

    @Override
    public List<Written> recordDelays(QueueId position, List<DelayNotification> notifications) {
        Reading now = clock.reading();
        List<QueueId> noticeIds = notifications.stream().map(_ -> ids.next()).toList();
        List<Written> written = store.committer().write(statements -> {
            long scanned = belowNewIds(position.value()).value();
            statements.update("save-progress", DELAY_SCAN, Long.toString(scanned));
            List<Written> results = new ArrayList<>();
            for (int i = 0; i < notifications.size(); i++) {
                results.add(recordDelay(statements, notifications.get(i), noticeIds.get(i), now));
            }
            return results;
        });
        notifications.stream()
                .flatMap(notification -> Optional.ofNullable(notification.notice()).stream())
                .forEach(notice -> dueSignals.raise(notice.routed().route()));
        return written;
    }

    private static Written recordDelay(
            Statements statements, DelayNotification notification, QueueId noticeId, Reading now) throws SQLException {
        LocalMessage notice = notification.notice();
        String detail = (notice == null ? "in a digest to " : "to ") + notification.to();
        long id = notification.message().value();
        if (statements.update("insert-delayed-event", now.calendar().toEpochMilli(), detail, id) == 0) {
            return new Written(false, null);
        }
        if (notification.suppressed() != null) {
            NoticeTables.suppress(statements, notification.suppressed(), now.steady());
        }
        if (notice == null) {
            return new Written(true, null);
        }
        LocalMessageWriter.insert(statements, noticeId, notice, now.steady());
        return new Written(true, noticeId);
    }

    @Override
    public List<SuppressedNotices> suppressedNotices(Instant until) {
        return store.readers().read(statements -> NoticeTables.groups(statements, until));
    }

    @Override
    public List<SuppressedNotices> storedNotices() {
        try {
            return suppressedNotices(ClaimTables.END_OF_TIME);
        } catch (QueueException e) {
            log.error(
                    "suppressed notices cannot be read from the queue; no digest is sent for them: {}", e.getMessage());
            return List.of();
        }
    }

    @Override
    public List<SuppressedMessage> suppressedMessages(SuppressedNotices group, int max) {
        return store.readers().read(statements -> NoticeTables.messages(statements, group, max));
    }

    @Override
    public Optional<QueueId> sendDigest(SuppressedNotices group, LocalMessage digest) {
        return localMessages
                .write(List.of(digest), statements -> {
                    if (!NoticeTables.isUnchanged(statements, group)) {
                        return false;
                    }
                    NoticeTables.delete(statements, group);
                    return true;
                })
                .map(List::getFirst);
    }
}
