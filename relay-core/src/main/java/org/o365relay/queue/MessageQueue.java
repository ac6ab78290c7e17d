package org.o365relay.queue;

import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DeviceChanges;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.QueueId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the two halves of the relay meet. The front half commits messages through [#receive()]; the back half
/// claims those that are due, reads them, and settles them.
///
/// One process at a time owns a data directory. Safe for any number of threads.
public final class MessageQueue implements AutoCloseable {

    /// How long a claim keeps others away, should its holder vanish. Longer than any attempt: 150 MiB over a
    /// line of 1 Mbit/s take half an hour.
    static final Duration LEASE = Duration.ofHours(2);

    /// As many as keep nobody waiting who waits for a 250.
    private static final int DEVICES_AT_ONCE = 200;

    private static final Logger log = LoggerFactory.getLogger(MessageQueue.class);

    private final InstantSource clock;
    private final DirectoryLock lock;
    private final Store store;
    private final QueueIds ids;
    private final Signal dueSooner = new Signal();
    private final AtomicLong leases;
    private final Housekeeper housekeeper;
    private volatile @Nullable DeviceRider deviceRider;

    private MessageQueue(
            QueueSettings settings, InstantSource clock, RandomGenerator random, DirectoryLock lock, Store store) {
        this.clock = clock;
        this.lock = lock;
        this.store = store;
        this.ids = new QueueIds(clock, random);
        this.leases = new AtomicLong(random.nextLong(1L << 62));
        this.housekeeper = new Housekeeper(
                store,
                () -> forgetBefore(clock.instant().minus(settings.history())),
                () -> writeDevices(DEVICES_AT_ONCE));
    }

    /// Opens the queue in its data directory, making both if they are not there.
    ///
    /// What a crash left behind is put in order: interrupted attempts are due again, half received messages are
    /// gone. Takes no longer for a long queue than for a short one.
    ///
    /// @throws QueueUnavailableException with a message for the admin
    public static MessageQueue open(QueueSettings settings, InstantSource clock, RandomGenerator random)
            throws QueueUnavailableException {
        DirectoryLock lock = DirectoryLock.acquire(settings.directory());
        Sqlite sqlite = new Sqlite(settings.directory());
        try {
            Store store = Store.open(settings, sqlite);
            try {
                recover(store, clock);
            } catch (QueueException e) {
                store.close();
                throw e;
            }
            return new MessageQueue(settings, clock, random, lock, store);
        } catch (QueueUnavailableException e) {
            lock.release();
            throw e;
        } catch (SQLException | IOException | QueueException e) {
            lock.release();
            throw sqlite.unavailable(e);
        }
    }

    /// Asks whether a message would fit. Never blocks.
    ///
    /// @param size octets, 0 if not known
    /// @return why there is no room; empty if there is
    public Optional<Shortage> shortageFor(long size) {
        return store.room().shortageFor(size);
    }

    /// Begins a message. Nothing is written yet.
    public Incoming receive() {
        return new Incoming(store.committer(), dueSooner, ids.next(), clock.instant());
    }

    /// Leases due messages to the caller, longest due first. The attempt is counted before it is made.
    ///
    /// @param most 1 or more
    /// @return at most as many claims; none if nothing is due
    /// @throws QueueException if the disk fails
    public List<Claim> claim(int most) {
        Instant now = clock.instant();
        long lease = leases.incrementAndGet();
        return store.committer().write(statements -> Tables.claimDue(statements, lease, now, now.plus(LEASE), most));
    }

    /// Leases due messages that a claimant may have: urgent ones first, and of each priority a message of every client
    /// in
    /// turn, the longest due first.
    ///
    /// @param most 1 or more
    /// @return at most as many claims; none if nothing is due
    /// @throws QueueException if the disk fails
    public List<Claim> claim(Supply supply, int most) {
        return claim(most);
    }

    /// As [#awaitDue(Duration)], for what this claimant may have.
    public void awaitDue(Supply supply, Duration atMost) throws InterruptedException {
        awaitDue(atMost);
    }

    /// Waits until a message may be due: one has been committed or deferred, the next one's time has come, or
    /// `atMost` is over.
    ///
    /// @throws QueueException if the disk fails
    public void awaitDue(Duration atMost) throws InterruptedException {
        Instant next = store.readers().read(Tables::nextDue);
        Duration untilNext = next == null ? atMost : Duration.between(clock.instant(), next);
        dueSooner.await(untilNext.compareTo(atMost) < 0 ? untilNext : atMost);
    }

    /// Opens an original, byte for byte as it was received. Reading fails with an [IOException] if it is not
    /// whole.
    public InputStream content(Claim claim) {
        return new ContentStream(store.readers(), claim.id(), claim.size());
    }

    /// Records what came of a claim. When no recipient is left open, the content goes and the metadata stays
    /// for the retention time. Notices are committed in the same transaction, so there is never one without the
    /// other.
    ///
    /// @return the notices' ids, in their order
    /// @throws QueueException if the disk fails (settle again), or, finally, if the lease had ended; nothing is
    ///     recorded then, and the claim ends with its lease
    /// @throws IllegalArgumentException if the settlement is not about exactly the claim's recipients
    public List<QueueId> settle(Claim claim, Settlement settlement, List<Submission> notices) {
        if (!settlement.outcomes().keySet().equals(Set.copyOf(claim.recipients()))) {
            throw new IllegalArgumentException("the settlement of message " + claim.id() + " is about "
                    + settlement.outcomes().keySet() + " and should be about " + claim.recipients());
        }
        Instant now = clock.instant();
        List<QueueId> noticeIds = notices.stream().map(_ -> ids.next()).toList();
        boolean settled = store.committer().write(statements -> {
            if (!Tables.settle(statements, claim, settlement, now)) {
                return false;
            }
            for (int i = 0; i < notices.size(); i++) {
                Submission notice = notices.get(i);
                Tables.insertMessage(
                        statements, noticeIds.get(i), notice.arrival(), notice.envelope(), notice.size(), true);
                Tables.insertChunk(statements, noticeIds.get(i), 0, notice.content());
            }
            return true;
        });
        if (!settled) {
            throw new QueueException("the lease of message " + claim.id() + " had ended before it was settled");
        }
        if (!notices.isEmpty() || settlement.nextAttempt() != null) {
            dueSooner.raise(); // whoever waits has counted with the end of the lease
        }
        return noticeIds;
    }

    /// @return what happened to a message so far, oldest first; empty if nothing did or it is not known
    public List<Event> events(QueueId id) {
        return store.readers().read(statements -> Tables.events(statements, id));
    }

    /// @return what was known of each device when the relay ended, in any order. If it cannot be read, the log
    ///     says so, and nothing is known: mail is more important
    public List<DeviceRecord> devices() {
        try {
            return store.readers().read(DeviceTables::all);
        } catch (QueueException e) {
            log.error("what was known of devices cannot be read from the queue and is lost: {}", e.getMessage());
            return List.of();
        }
    }

    /// From now on keeps what changes of devices: what must be on disk together with messages is written in
    /// their transactions, the rest every few seconds and at [#close()].
    public void keep(DeviceChanges changes) {
        DeviceRider rider = new DeviceRider(changes);
        store.committer().ride(rider);
        deviceRider = rider;
    }

    /// @param most how many devices
    void writeDevices(int most) {
        DeviceRider rider = deviceRider;
        if (rider != null && rider.hurry(most)) {
            store.committer().write(_ -> true); // it rides along
        }
    }

    /// Forgets metadata of messages settled before the limit, and spending that counts no more.
    void forgetBefore(Instant limit) {
        int batch = 500;
        while (store.committer().write(statements -> Tables.forgetSettledBefore(statements, limit, batch)) == batch) {
            // between batches others get their turn
        }
        store.committer().write(statements -> DeviceTables.forgetSpending(statements, clock.instant()));
    }

    /// Writes what was submitted, and closes the files. Anything asked for afterwards fails with a
    /// [QueueException].
    @Override
    public void close() {
        housekeeper.close();
        try {
            writeDevices(Integer.MAX_VALUE);
        } catch (QueueException e) {
            log.warn("what happened to devices in the last seconds could not be written: {}", e.getMessage());
        }
        store.close();
        lock.release();
    }

    /// For tests that end the relay in the middle of a transaction.
    Store store() {
        return store;
    }

    private static void recover(Store store, InstantSource clock) {
        int interrupted = store.committer().write(statements -> Tables.endLeases(statements, clock.instant()));
        int swept = store.sweepIncoming();
        if (interrupted + swept > 0) {
            log.info(
                    "the relay had not been stopped cleanly: {} interrupted attempts are due again,"
                            + " {} half received messages were swept",
                    interrupted,
                    swept);
        }
    }
}
