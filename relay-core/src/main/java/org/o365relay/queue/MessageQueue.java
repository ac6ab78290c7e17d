package org.o365relay.queue;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The persistent message queue, which gives out a port for each of its consumers.
///
/// One process at a time owns a data directory. Thread-safe.
public final class MessageQueue implements OperatorQueue, AutoCloseable {

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
    private final Leases leases;
    private final LocalMessageWriter localMessages;
    private final JdbcReader reader;
    private final JdbcAdmin admin;
    private final JdbcClaims claims;
    private final JdbcAlerts alerts;
    private final JdbcDevices devices;
    private final Housekeeper housekeeper;

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
        this.leases = new Leases(random);
        this.localMessages = new LocalMessageWriter(store, ids, dueSignals);
        this.reader = new JdbcReader(store.scanners(), clock);
        this.admin = new JdbcAdmin(store, leases, dueSignals, clock);
        this.claims = new JdbcClaims(store, localMessages, leases, dueSignals, reader, admin, clock);
        this.alerts = new JdbcAlerts(store, localMessages);
        this.devices = new JdbcDevices(store);
        this.housekeeper = new Housekeeper(
                store,
                () -> {
                    deleteHistoryBefore(clock.instant().minus(settings.history()));
                    backups.deleteExpired();
                    correctDueTimes(settings.longestWait());
                },
                () -> devices.write(DEVICE_BATCH));
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

    /// @return what the SMTP server needs
    public Intake intake() {
        return new JdbcIntake(store, ids, dueSignals, clock);
    }

    /// @return what delivery needs
    public Claims claims() {
        return claims;
    }

    @Override
    public QueueReader reader() {
        return reader;
    }

    @Override
    public QueueAdmin admin() {
        return admin;
    }

    @Override
    public QueueLoad load() {
        return new JdbcLoad(store);
    }

    @Override
    public PausedMailboxes pausedMailboxes() {
        return new JdbcPausedMailboxes(store);
    }

    /// @return the store of delay notices and digests
    public NoticeStore notices() {
        return new JdbcNotices(store, ids, dueSignals, localMessages, clock);
    }

    /// @return what the processing of non-delivery reports needs
    public NdrStore ndrs() {
        return new JdbcNdrs(store, reader, localMessages);
    }

    /// @return the store of active alerts
    public AlertStore alerts() {
        return alerts;
    }

    /// @return the store of alerts that are sent once
    public OneTimeAlerts oneTimeAlerts() {
        return alerts;
    }

    /// @return the store of devices
    public DeviceStore devices() {
        return devices;
    }

    /// @return mailboxes and pools with queued messages
    public QueuedRoutes routes() {
        return new JdbcRoutes(store, dueSignals);
    }

    /// @param max maximum number of devices
    void writeDevices(int max) {
        devices.write(max);
    }

    /// Deletes the history of messages settled before the limit, and usage that no longer counts.
    void deleteHistoryBefore(Instant limit) {
        store.committer()
                .writeInBatches(BATCH, statements -> MessageTables.deleteSettledBefore(statements, limit, BATCH));
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

    /// Writes submitted work and closes the files. Later calls fail with a [QueueException].
    @Override
    public void close() {
        housekeeper.close();
        try {
            devices.write(Integer.MAX_VALUE);
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
