package org.o365relay.queue.jdbc;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.o365relay.queue.AlertStore;
import org.o365relay.queue.Claims;
import org.o365relay.queue.DeviceStore;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.Intake;
import org.o365relay.queue.NdrStore;
import org.o365relay.queue.NoticeStore;
import org.o365relay.queue.OneTimeAlerts;
import org.o365relay.queue.OperatorQueue;
import org.o365relay.queue.PausedMailboxes;
import org.o365relay.queue.QueueAdmin;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueLoad;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueuedRoutes;
import org.o365relay.queue.SpaceShortage;
import org.o365relay.queue.jdbc.ClockTable.Resumed;
import org.o365relay.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The queue in a database. Provides a separate interface for each consumer. Thread-safe.
public final class JdbcQueue implements OperatorQueue, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JdbcQueue.class);
    private static final String EVENT_COUNTS = "event-counts";

    private final Store store;
    private final QueueIds ids;
    private final Signals dueSignals = new Signals();
    private final LocalMessageWriter localMessages;
    private final JdbcReader reader;
    private final JdbcAdmin admin;
    private final JdbcClaims claims;
    private final JdbcAlerts alerts;
    private final JdbcDevices devices;
    private final Housekeeper housekeeper;
    private final SteadyClock clock;
    private final Runnable afterClose;

    private JdbcQueue(
            Store store, QueueSettings settings, SteadyClock fresh, RandomGenerator random, Runnable afterClose) {
        this.store = store;
        Resumed resumed =
                store.readers().read(statements -> ClockTable.resume(statements, fresh, settings.longestWait()));
        this.clock = resumed.clock();
        this.afterClose = afterClose;
        this.devices = new JdbcDevices(store);
        this.housekeeper = new Housekeeper(store, devices, settings, clock);
        housekeeper.recover(resumed);
        Leases leases = new Leases(random);
        this.ids = new QueueIds(
                clock.calendar(), random, store.readers().read(statements -> statements.number("newest-id")));
        this.localMessages = new LocalMessageWriter(store, ids, dueSignals, clock);
        this.reader = new JdbcReader(store.scanners(), clock);
        this.admin = new JdbcAdmin(store, ids, leases, dueSignals, clock);
        this.claims = new JdbcClaims(store, localMessages, leases, dueSignals, reader, admin, clock);
        this.alerts = new JdbcAlerts(store, localMessages);
    }

    /// Opens the queue, and creates or upgrades its tables if necessary.
    ///
    /// Recovers from a crash: interrupted attempts become due again, and partly received messages are deleted.
    /// The time this recovery takes does not depend on the length of the queue. If the queue cannot be written
    /// because of the disk, it is opened anyway, accepts no mail, and recovers with the first successful write.
    ///
    /// @param fresh a clock of this process; the queue continues the clock of the process that had it open
    ///     before
    /// @param hourly additional work that runs every hour
    /// @param afterClose runs after the queue has been closed; does not run if the queue cannot be opened
    /// @throws QueueException if the recovery fails for a reason other than the disk
    /// @throws QueueUnavailableException if a newer relay wrote the database
    /// @throws IOException if the free space cannot be measured
    /// @throws SQLException if the database cannot be opened or upgraded
    public static JdbcQueue open(
            Dialect dialect,
            QueueSettings settings,
            SteadyClock fresh,
            RandomGenerator random,
            Runnable hourly,
            Runnable afterClose)
            throws IOException, SQLException, QueueUnavailableException {
        Store store = Store.open(dialect, new FreeSpace(settings));
        try {
            JdbcQueue queue = new JdbcQueue(store, settings, fresh, random, afterClose);
            queue.housekeeper.start(hourly);
            return queue;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /// Changes the limits of the queue, and how long it keeps history and content. The data directory stays the
    /// same.
    public void use(QueueSettings settings) {
        store.freeSpace().use(settings);
        housekeeper.use(settings);
    }

    /// @return the clock for all waits and ages, which continues across restarts
    public SteadyClock clock() {
        return clock;
    }

    /// Stores the current reading of the clock. The next startup continues from the last stored reading.
    ///
    /// @throws QueueException if the queue cannot be written
    public void saveClock() {
        store.committer().write(statements -> {
            ClockTable.save(statements, clock.reading());
            return true;
        });
    }

    /// @return the event counts stored last, as text; empty if there are none
    /// @throws QueueException if the queue cannot be read
    public Optional<String> eventCounts() {
        return store.readers().read(statements -> statements.first("progress", row -> row.getString(1), EVENT_COUNTS));
    }

    /// Stores the counts of events.
    ///
    /// @throws QueueException if the queue cannot be written
    public void saveEventCounts(String counts) {
        store.committer().write(statements -> {
            statements.update("save-progress", EVENT_COUNTS, counts);
            return true;
        });
    }

    /// @return the interface for the SMTP server
    public Intake intake() {
        return new Intake() {

            @Override
            public boolean isWritable() {
                return store.health().isWritable();
            }

            @Override
            public Optional<SpaceShortage> shortageFor(long size) {
                return store.freeSpace().shortageFor(size);
            }

            @Override
            public Incoming receive() {
                return new IncomingChunks(store.committer(), dueSignals, ids.next(), ids::next, clock);
            }
        };
    }

    /// @return the interface for delivery
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
        return new JdbcLoad(store, clock);
    }

    @Override
    public PausedMailboxes pausedMailboxes() {
        return new JdbcPausedMailboxes(store);
    }

    /// @return the store of delay notices and digests
    public NoticeStore notices() {
        return new JdbcNotices(store, ids, dueSignals, localMessages, clock);
    }

    /// @return the interface for processing non-delivery reports
    public NdrStore ndrs() {
        return new JdbcNdrs(store, reader, localMessages, clock);
    }

    /// @return the store of active alerts
    public AlertStore alerts() {
        return alerts;
    }

    /// @return the store of one-time alerts
    public OneTimeAlerts oneTimeAlerts() {
        return alerts;
    }

    /// @return the store of devices
    public DeviceStore devices() {
        return devices;
    }

    /// @return the interface for the mailboxes and pools with queued messages
    public QueuedRoutes routes() {
        return new JdbcRoutes(store, dueSignals);
    }

    /// For tests.
    Store store() {
        return store;
    }

    /// For tests.
    Housekeeper housekeeper() {
        return housekeeper;
    }

    /// Writes all submitted work and closes the database. Later reads and writes fail with a [QueueException].
    @Override
    public void close() {
        housekeeper.close();
        try {
            saveClock();
        } catch (QueueException e) {
            log.warn("the time of the shutdown could not be written to the queue: {}", e.getMessage());
        }
        store.rescueIfLost(clock.calendar().instant());
        store.close();
        afterClose.run();
    }
}
