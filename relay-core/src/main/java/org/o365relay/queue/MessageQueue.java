package org.o365relay.queue;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DeviceChanges;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.mail.UsageSlot;
import org.o365relay.queue.ClaimTables.Claimed;
import org.o365relay.queue.ClaimTables.Orphaned;
import org.o365relay.queue.ClaimTables.ScanPosition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The persistent message queue. The SMTP server commits messages through [#receive()]; delivery claims due
/// messages, reads them and settles them.
///
/// One process at a time owns a data directory. Thread-safe.
public final class MessageQueue implements AutoCloseable {

    /// How long a claim lasts if it is not settled. This is longer than any attempt: 150 MiB at 1 Mbit/s take
    /// half an hour.
    static final Duration LEASE = Duration.ofHours(2);

    /// Number of devices written at once: few enough not to delay a client that waits for its 250.
    private static final int DEVICE_BATCH = 200;

    private static final int BATCH = 500;

    /// Tolerance for messages received after the clock was read.
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(MessageQueue.class);

    private final InstantSource clock;
    private final DirectoryLock lock;
    private final Store store;
    private final QueueIds ids;
    private final Signals dueSignals = new Signals();
    private final FairScheduler scheduler = new FairScheduler();
    private final AtomicLong leases;
    private final Map<Long, String> bouncedBy = new ConcurrentHashMap<>(); // by lease
    private final Housekeeper housekeeper;
    private volatile @Nullable DeviceCommitHook deviceHook;

    private MessageQueue(
            QueueSettings settings,
            InstantSource clock,
            RandomGenerator random,
            DirectoryLock lock,
            Store store,
            SchemaBackups backups) {
        this.clock = clock;
        this.lock = lock;
        this.store = store;
        this.ids = new QueueIds(clock, random, store.readers().read(MessageTables::newestId));
        this.leases = new AtomicLong(random.nextLong(1L << 62));
        this.housekeeper = new Housekeeper(
                store,
                () -> {
                    deleteHistoryBefore(clock.instant().minus(settings.history()));
                    backups.deleteExpired();
                    correctDueTimes(settings.longestWait());
                },
                () -> writeDevices(DEVICE_BATCH));
    }

    /// Opens the queue in its data directory, and creates both if they do not exist.
    ///
    /// Recovers from a crash: interrupted attempts become due again, partly received messages are deleted. The
    /// time this takes does not depend on the length of the queue.
    ///
    /// @throws QueueUnavailableException with a message for the admin
    public static MessageQueue open(QueueSettings settings, InstantSource clock, RandomGenerator random)
            throws QueueUnavailableException {
        DirectoryLock lock = DirectoryLock.acquire(settings.directory());
        Sqlite sqlite = new Sqlite(settings.directory());
        SchemaBackups backups = new SchemaBackups(settings.directory(), clock);
        try {
            new MaintenanceMarker(settings.directory()).requireFinished();
            QueueRepair.deleteLeftovers(settings.directory());
            QueueRestore.deleteLeftovers(settings.directory());
            backups.backUpBeforeUpgrade(sqlite);
            Store store = Store.open(settings, sqlite);
            try {
                recover(store, settings, clock);
                return new MessageQueue(settings, clock, random, lock, store, backups);
            } catch (QueueException e) {
                store.close();
                throw e;
            }
        } catch (QueueUnavailableException e) {
            lock.release();
            throw e;
        } catch (SQLException | IOException | QueueException e) {
            lock.release();
            throw sqlite.unavailable(e);
        }
    }

    /// Checks whether there is space for a message. Never blocks.
    ///
    /// @param size size of the message in octets; 0 if not known
    /// @return what is short; empty if there is space
    public Optional<SpaceShortage> shortageFor(long size) {
        return store.freeSpace().shortageFor(size);
    }

    /// @return the disk space as last measured, at most a few seconds ago; never blocks
    public DiskCapacity capacity() {
        return store.freeSpace().capacity();
    }

    /// Begins receiving a message. Nothing is written yet.
    public Incoming receive() {
        return new Incoming(store.committer(), dueSignals, ids.next(), ids::next, clock.instant());
    }

    /// Claims due messages of a scope: urgent messages first; within a priority one message of each client in
    /// turn, starting after the client served last; of each client the message that has been due longest. The
    /// attempt is counted before it is made. Claimed messages belong to the mailbox until they are
    /// [released][#releaseToPools].
    ///
    /// @param max maximum number of claims, at least 1
    /// @return an empty list if nothing is due
    /// @throws QueueException if the disk fails
    public List<Claim> claim(ClaimScope scope, int max) {
        while (true) {
            Instant now = clock.instant();
            List<DueMessage> next = store.readers().read(statements -> scheduler.next(statements, scope, now, max));
            if (next.isEmpty()) {
                return List.of();
            }
            long lease = leases.incrementAndGet();
            Claimed claimed = store.committer()
                    .write(statements -> ClaimTables.claim(statements, scope.owner(), next, lease, now));
            scheduler.claimed(scope, next);
            if (claimed.rows() > 0) {
                return claimed.claims();
            }
            // other mailboxes of the pool claimed them first; more may be due
        }
    }

    /// Waits until a message of the scope may be due: one was committed, deferred or released, the next one has
    /// become due, or `atMost` has passed.
    ///
    /// @throws QueueException if the disk fails
    public void awaitDue(ClaimScope scope, Duration atMost) throws InterruptedException {
        Signal signal = dueSignals.of(scope);
        Instant next = store.readers().read(statements -> ClaimTables.nextDue(statements, scope));
        Duration untilNext = next == null ? atMost : Duration.between(clock.instant(), next);
        signal.await(untilNext.compareTo(atMost) < 0 ? untilNext : atMost);
    }

    /// Ends a claim as if it had not been made: no attempt is counted, the message keeps its place in the
    /// queue, and without an earlier attempt it returns to its pool. Does nothing if the lease has ended.
    ///
    /// @throws QueueException if the disk fails; the claim then ends with its lease
    public void putBack(Claim claim) {
        if (store.committer().write(statements -> ClaimTables.putBack(statements, claim))) {
            dueSignals.raise(claim.mailbox());
            dueSignals.raise(claim.route());
        }
    }

    /// Ends a claim whose result is not known: the attempt counts, and the history records that the upstream
    /// may have accepted the message. Does nothing if the lease has ended.
    ///
    /// @param pause time until the next attempt
    /// @throws QueueException if the disk fails; the claim then ends with its lease
    public void interrupt(Claim claim, Duration pause) {
        Instant now = clock.instant();
        if (store.committer().write(statements -> ClaimTables.interrupt(statements, claim, now.plus(pause), now))) {
            dueSignals.raise(claim.mailbox());
        }
    }

    /// Ends a claim and puts its damaged message on hold, for an operator to decide. Does nothing if the lease
    /// has ended.
    ///
    /// @param damage description of the damage, for the history
    /// @throws QueueException if the disk fails; the claim then ends with its lease
    public void holdDamaged(Claim claim, String damage) {
        Instant now = clock.instant();
        store.committer()
                .write(statements ->
                        ClaimTables.holdDamaged(statements, claim.id().value(), claim.lease(), damage, now));
    }

    /// Returns a mailbox's claimed messages to their pools, so that other mailboxes can claim them. Messages
    /// that are being delivered are not returned.
    ///
    /// @return number of messages returned
    /// @throws QueueException if the disk fails; call again for the rest
    public int releaseToPools(ClaimScope scope) {
        int released = 0;
        for (String route : scope.routes()) {
            if (!route.equals(scope.owner())) {
                released += inBatches(statements -> ClaimTables.releaseToPool(statements, scope.owner(), route, BATCH));
                dueSignals.raise(route);
            }
        }
        return released;
    }

    /// @return names of all mailboxes and pools with open messages. They may no longer be configured; the empty
    ///     name stands for messages queued by an older relay
    /// @throws QueueException if the disk fails
    public List<String> mailboxes() {
        return store.readers().read(ClaimTables::mailboxes);
    }

    /// Reroutes the open messages of a mailbox or pool that is no longer configured.
    ///
    /// @param destination chooses the new route and priority; called for each message, on the caller's thread
    /// @return number of messages rerouted
    /// @throws QueueException if the disk fails; call again for the rest
    public int reroute(String mailbox, Function<OrphanedMessage, Destination> destination) {
        int moved = 0;
        ScanPosition position = ScanPosition.START;
        while (true) {
            ScanPosition after = position;
            List<Orphaned> batch =
                    store.readers().read(statements -> ClaimTables.orphaned(statements, mailbox, after, BATCH));
            if (batch.isEmpty()) {
                return moved;
            }
            Map<Long, Destination> destinations = new LinkedHashMap<>();
            batch.forEach(orphaned -> orphaned.row()
                    .orphaned(store.readers(), orphaned.recipients())
                    .ifPresent(message -> destinations.put(orphaned.row().id(), destination.apply(message))));
            moved += store.committer().write(statements -> ClaimTables.reroute(statements, mailbox, destinations));
            destinations.values().stream().map(Destination::route).distinct().forEach(dueSignals::raise);
            position = batch.getLast().position();
        }
    }

    /// Opens the original content, byte for byte as received.
    public ContentStream content(Claim claim) {
        return new ContentStream(store.readers(), claim.content(), claim.size());
    }

    /// Like [#settle(Claim, Settlement, List, List)], without suppressed notices.
    public List<QueueId> settle(Claim claim, Settlement settlement, List<LocalMessage> notices) {
        return settle(claim, settlement, notices, List.of());
    }

    /// Records the result of a delivery attempt. When no recipient is left open, the content is deleted, and
    /// the metadata is kept for the retention time. Notices are queued in the same transaction.
    ///
    /// @param suppressed notices over the hourly limit, for a digest
    /// @return the IDs of the notices, in the same order
    /// @throws QueueException if the disk fails (settle again), or, as [final][QueueException#isFinal], if the
    ///     lease has ended; nothing is recorded then
    /// @throws IllegalArgumentException if the settlement does not cover exactly the claim's recipients
    public List<QueueId> settle(
            Claim claim, Settlement settlement, List<LocalMessage> notices, List<SuppressedNotice> suppressed) {
        if (!settlement.outcomes().keySet().equals(Set.copyOf(claim.recipients()))) {
            throw new IllegalArgumentException("the settlement of message " + claim.id() + " covers "
                    + settlement.outcomes().keySet() + " instead of " + claim.recipients());
        }
        Instant now = clock.instant();
        List<QueueId> noticeIds = notices.stream().map(_ -> ids.next()).toList();
        String by = bouncedBy.get(claim.lease());
        boolean settled = store.committer().write(statements -> {
            if (!MessageTables.settle(statements, claim, settlement, by, now)) {
                return false;
            }
            for (int i = 0; i < notices.size(); i++) {
                insertLocal(statements, noticeIds.get(i), notices.get(i));
            }
            for (SuppressedNotice notice : suppressed) {
                NoticeTables.suppress(statements, notice);
            }
            return true;
        });
        if (!settled) {
            throw new QueueException(
                    "the lease of message " + claim.id() + " ended before it was settled; the attempt is not recorded");
        }
        if (settlement.leavesOpen()) {
            dueSignals.raise(claim.mailbox()); // awaitDue has used the end of the lease as the next due time
        }
        notices.forEach(notice -> dueSignals.raise(notice.routed().route()));
        return noticeIds;
    }

    /// @return a reader for operators; it does not delay mail
    public QueueReader reader() {
        return new QueueQueries(store.scanners(), clock);
    }

    /// @return the means to apply operators' changes
    public QueueAdmin admin() {
        return new QueueAdmin(store, clock, leases::incrementAndGet, bouncedBy, dueSignals);
    }

    /// @return the store of delay notices and digests
    public NoticeStore notices() {
        return new NoticeStore(store, dueSignals, ids, clock);
    }

    /// @return an open or settled message; empty if it is unknown or its row is damaged
    /// @throws QueueException if the disk fails
    public Optional<MessageSummary> messageSummary(QueueId id) {
        return store.readers().read(statements -> MessageTables.summary(statements, id));
    }

    /// @return history of a message, oldest first; empty if the message is unknown
    public List<Event> events(QueueId id) {
        return store.readers().read(statements -> MessageTables.events(statements, id));
    }

    /// Reads how many recipients an account has sent to.
    ///
    /// @param since the start; the first slot may include up to ten minutes before it
    /// @return slots of ten minutes, oldest first, without empty ones
    /// @throws QueueException if the disk fails
    public List<UsageSlot> quotaUsage(String account, Instant since) {
        return store.readers().read(statements -> QuotaTables.usageSince(statements, account, since));
    }

    /// @param name name of an alert that is sent once
    /// @return when the alert was sent; empty if it was not sent within the last year
    /// @throws QueueException if the disk fails
    public Optional<Instant> alertSentAt(String name) {
        return store.readers().read(statements -> QuotaTables.alertSentAt(statements, name));
    }

    /// Records that an alert was sent.
    ///
    /// @throws QueueException if the disk fails
    public void recordSentAlert(String name, Instant at) {
        store.committer().write(statements -> {
            QuotaTables.recordSentAlert(statements, name, at);
            return true;
        });
    }

    /// Like [#recordSentAlert(String, Instant)], and queues its email in the same transaction.
    ///
    /// @return the ID of the email
    /// @throws QueueException if the disk fails
    public QueueId recordSentAlert(String name, Instant at, LocalMessage email) {
        QueueId id = ids.next();
        store.committer().write(statements -> {
            QuotaTables.recordSentAlert(statements, name, at);
            insertLocal(statements, id, email);
            return true;
        });
        dueSignals.raise(email.routed().route());
        return id;
    }

    /// @param name name of a task
    /// @return the position the task has reached; empty if none is saved
    /// @throws QueueException if the disk fails
    public Optional<String> progress(String name) {
        return store.readers().read(statements -> StateTables.progress(statements, name));
    }

    /// Saves the position that a task has reached.
    ///
    /// @throws QueueException if the disk fails
    public void saveProgress(String name, String value) {
        saveProgress(name, value, List.of());
    }

    /// Like [#saveProgress(String, String)], and queues messages in the same transaction.
    ///
    /// @return the IDs of the messages, in the same order
    /// @throws QueueException if the disk fails; nothing is written then
    public List<QueueId> saveProgress(String name, String value, List<LocalMessage> messages) {
        return saveProgress(name, value, Map.of(), messages, List.of());
    }

    /// Like [#saveProgress(String, String, List)], and records events and suppressed notices.
    ///
    /// @param events new events by message; events of unknown messages are never shown
    /// @param suppressed notices left for a digest
    public List<QueueId> saveProgress(
            String name,
            String value,
            Map<QueueId, List<Event>> events,
            List<LocalMessage> messages,
            List<SuppressedNotice> suppressed) {
        List<QueueId> messageIds = messages.stream().map(_ -> ids.next()).toList();
        store.committer().write(statements -> {
            StateTables.saveProgress(statements, name, value);
            for (Map.Entry<QueueId, List<Event>> entry : events.entrySet()) {
                for (Event event : entry.getValue()) {
                    MessageTables.insertEvent(statements, entry.getKey(), event);
                }
            }
            for (SuppressedNotice notice : suppressed) {
                NoticeTables.suppress(statements, notice);
            }
            for (int i = 0; i < messages.size(); i++) {
                insertLocal(statements, messageIds.get(i), messages.get(i));
            }
            return true;
        });
        messages.forEach(message -> dueSignals.raise(message.routed().route()));
        return messageIds;
    }

    /// Records that an operator paused a mailbox. If it is paused already, the first record is kept.
    ///
    /// @param by name of the operator
    /// @return true if the mailbox was not paused before
    /// @throws QueueException if the disk fails
    public boolean pauseMailbox(String mailbox, Instant at, String by) {
        return store.committer().write(statements -> StateTables.pause(statements, new PausedMailbox(mailbox, at, by)));
    }

    /// Deletes the record that a mailbox is paused.
    ///
    /// @return whether it was paused
    /// @throws QueueException if the disk fails
    public boolean resumeMailbox(String mailbox) {
        return store.committer().write(statements -> StateTables.resume(statements, mailbox));
    }

    /// @return paused mailboxes, by name; they may no longer be configured
    /// @throws QueueException if the disk fails
    public List<PausedMailbox> pausedMailboxes() {
        return store.readers().read(StateTables::paused);
    }

    /// @return active alerts, oldest first. If they cannot be read, the error is logged and the list is empty,
    ///     so that mail is not affected
    public List<StoredAlert> activeAlerts() {
        try {
            return store.readers().read(AlertTables::active);
        } catch (QueueException e) {
            log.error("active alerts cannot be read from the queue; they may be sent again: {}", e.getMessage());
            return List.of();
        }
    }

    /// Stores an active alert, replacing one with the same name, and queues its email in the same transaction.
    ///
    /// @param email the email to send; null for none
    /// @return the ID of the email; empty if none is sent
    /// @throws QueueException if the disk fails
    public Optional<QueueId> raiseAlert(StoredAlert alert, @Nullable LocalMessage email) {
        return queueWith(email, statements -> AlertTables.write(statements, alert));
    }

    /// Deletes an active alert that is resolved, and queues the email about it in the same transaction.
    ///
    /// @param email the email to send; null for none
    /// @return the ID of the email; empty if none is sent
    /// @throws QueueException if the disk fails
    public Optional<QueueId> clearAlert(String alert, @Nullable LocalMessage email) {
        return queueWith(email, statements -> AlertTables.delete(statements, alert));
    }

    private Optional<QueueId> queueWith(@Nullable LocalMessage email, Committer.Work<Boolean> work) {
        QueueId id = ids.next();
        store.committer().write(statements -> {
            if (email != null) {
                insertLocal(statements, id, email);
            }
            return work.on(statements);
        });
        if (email == null) {
            return Optional.empty();
        }
        dueSignals.raise(email.routed().route());
        return Optional.of(id);
    }

    /// Counts messages that wait for delivery, without those on hold.
    ///
    /// @param max where to stop counting
    /// @throws QueueException if the disk fails
    public int countWaiting(int max) {
        return store.scanners().read(statements -> AlertTables.countWaiting(statements, max));
    }

    /// @return when the oldest waiting message was received, without those on hold; empty if none waits
    /// @throws QueueException if the disk fails
    public Optional<Instant> oldestWaiting() {
        return store.scanners().read(AlertTables::oldestWaiting);
    }

    static void insertLocal(Statements statements, QueueId id, LocalMessage message) throws SQLException {
        MessageTables.insertMessage(
                statements,
                id,
                id,
                message.arrival(),
                message.routed(),
                SearchableHeaders.of(message.content()),
                message.size(),
                true);
        MessageTables.insertChunk(statements, id, 0, message.content());
    }

    /// @return the stored devices, in any order. If they cannot be read, the error is logged and the list is
    ///     empty, so that mail is not affected
    public List<DeviceRecord> devices() {
        try {
            return store.readers().read(DeviceTables::all);
        } catch (QueueException e) {
            log.error("device counters cannot be read from the queue and start again: {}", e.getMessage());
            return List.of();
        }
    }

    /// Persists device changes from now on: usage that counts against a limit in the transaction of its
    /// message, other changes every few seconds and in [#close()].
    public void persistDevices(DeviceChanges changes) {
        DeviceCommitHook hook = new DeviceCommitHook(changes);
        store.committer().install(hook);
        deviceHook = hook;
    }

    /// @param max maximum number of devices
    void writeDevices(int max) {
        DeviceCommitHook hook = deviceHook;
        if (hook != null && hook.requestWrite(max)) {
            store.committer().write(_ -> true); // the hook writes
        }
    }

    /// Deletes the history of messages settled before the limit, and usage that no longer counts.
    void deleteHistoryBefore(Instant limit) {
        inBatches(statements -> MessageTables.deleteSettledBefore(statements, limit, BATCH));
        store.committer().write(statements -> DeviceTables.deleteOldUsage(statements, clock.instant()));
        store.committer().write(statements -> QuotaTables.deleteOld(statements, clock.instant()));
    }

    /// Makes messages due whose due time is too far in the future, or is in the future although no attempt was
    /// made; both happen if the clock was ahead for a while. Messages on hold are not changed.
    ///
    /// @return number of messages changed
    int correctDueTimes(Duration longestWait) {
        int changed = correctDueTimes(store, clock.instant(), longestWait);
        if (changed > 0) {
            dueSignals.raiseAll();
        }
        return changed;
    }

    private static int correctDueTimes(Store store, Instant now, Duration longestWait) {
        int all = correctDueTimes(
                        store, now, statements -> ClaimTables.dueTooLate(statements, now.plus(longestWait), BATCH))
                + correctDueTimes(
                        store,
                        now,
                        statements -> ClaimTables.untriedButNotDue(statements, now.plus(CLOCK_TOLERANCE), BATCH));
        if (all > 0) {
            log.warn("the clock must have been ahead: {} messages with a due time far in the future are due now", all);
        }
        return all;
    }

    private static int correctDueTimes(Store store, Instant now, Committer.Work<List<Long>> query) {
        int all = 0;
        int changed;
        do {
            List<Long> ids = store.readers().read(query);
            changed = ids.isEmpty()
                    ? 0
                    : store.committer().write(statements -> ClaimTables.makeDue(statements, ids, now));
            all += changed;
        } while (changed > 0);
        return all;
    }

    /// Repeats work that changes up to [#BATCH] rows at a time, so that other work can run in between.
    private int inBatches(Committer.Work<Integer> work) {
        int all = 0;
        int done;
        do {
            done = store.committer().write(work);
            all += done;
        } while (done == BATCH);
        return all;
    }

    /// Writes submitted work and closes the files. Later calls fail with a [QueueException].
    @Override
    public void close() {
        housekeeper.close();
        try {
            writeDevices(Integer.MAX_VALUE);
        } catch (QueueException e) {
            log.warn("device counters of the last seconds could not be written: {}", e.getMessage());
        }
        store.close();
        lock.release();
    }

    /// For tests.
    Store store() {
        return store;
    }

    private static void recover(Store store, QueueSettings settings, InstantSource clock) {
        int interrupted = store.committer().write(statements -> MessageTables.endLeases(statements, clock.instant()));
        int deleted = store.deleteIncoming();
        if (interrupted + deleted > 0) {
            log.info(
                    "the relay was not stopped cleanly: {} interrupted attempts are due again,"
                            + " {} partly received messages were deleted",
                    interrupted,
                    deleted);
        }
        correctDueTimes(store, clock.instant(), settings.longestWait());
    }
}
