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
import org.o365relay.queue.ClaimTables.Place;
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

    private static final int BATCH = 500;

    /// What is acknowledged while the clock is looked at is not ahead of it.
    private static final Duration MOMENT = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(MessageQueue.class);

    private final InstantSource clock;
    private final DirectoryLock lock;
    private final Store store;
    private final QueueIds ids;
    private final Signals dueSooner = new Signals();
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
            SchemaBackups copies) {
        this.clock = clock;
        this.lock = lock;
        this.store = store;
        this.ids = new QueueIds(clock, random, store.readers().read(MessageTables::newestId));
        this.leases = new AtomicLong(random.nextLong(1L << 62));
        this.housekeeper = new Housekeeper(
                store,
                () -> {
                    deleteHistoryBefore(clock.instant().minus(settings.history()));
                    copies.deleteExpired();
                    correctDueTimes(settings.longestWait());
                },
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
        SchemaBackups copies = new SchemaBackups(settings.directory(), clock);
        try {
            new MaintenanceMarker(settings.directory()).requireFinished();
            QueueRepair.deleteLeftovers(settings.directory());
            QueueRestore.deleteLeftovers(settings.directory());
            copies.backUpBeforeUpgrade(sqlite);
            Store store = Store.open(settings, sqlite);
            try {
                recover(store, settings, clock);
                return new MessageQueue(settings, clock, random, lock, store, copies);
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

    /// Asks whether a message would fit. Never blocks.
    ///
    /// @param size octets, 0 if not known
    /// @return why there is no room; empty if there is
    public Optional<SpaceShortage> shortageFor(long size) {
        return store.freeSpace().shortageFor(size);
    }

    /// @return how much room there is. Never blocks; some seconds old at most
    public DiskCapacity capacity() {
        return store.freeSpace().capacity();
    }

    /// Begins a message. Nothing is written yet.
    public Incoming receive() {
        return new Incoming(store.committer(), dueSooner, ids.next(), ids::next, clock.instant());
    }

    /// Leases due messages that a claimant may have to it: urgent ones first; of each priority one message of
    /// every client in turn, beginning behind the client that had the last turn; of each client the longest due
    /// first. The attempt is counted before it is made. What is claimed belongs to the claimant from then on,
    /// until it is [released][#releaseToPools].
    ///
    /// @param most 1 or more
    /// @return at most as many claims; none if nothing is due
    /// @throws QueueException if the disk fails
    public List<Claim> claim(ClaimScope supply, int most) {
        while (true) {
            Instant now = clock.instant();
            List<DueMessage> next = store.readers().read(statements -> scheduler.next(statements, supply, now, most));
            if (next.isEmpty()) {
                return List.of();
            }
            long lease = leases.incrementAndGet();
            Claimed claimed = store.committer()
                    .write(statements -> ClaimTables.claim(statements, supply.owner(), next, lease, now));
            scheduler.claimed(supply, next);
            if (claimed.rows() > 0) {
                return claimed.claims();
            }
            // others of the pool were quicker; perhaps there is more
        }
    }

    /// Waits until a message may be due that the claimant may have: one has been committed, deferred or
    /// released, the next one's time has come, or `atMost` is over.
    ///
    /// @throws QueueException if the disk fails
    public void awaitDue(ClaimScope supply, Duration atMost) throws InterruptedException {
        Signal signal = dueSooner.of(supply);
        Instant next = store.readers().read(statements -> ClaimTables.nextDue(statements, supply));
        Duration untilNext = next == null ? atMost : Duration.between(clock.instant(), next);
        signal.await(untilNext.compareTo(atMost) < 0 ? untilNext : atMost);
    }

    /// Gives a claim back as if it had not been made: no attempt is counted, the message keeps its place, and
    /// one that nobody has tried yet is its pool's again. Nothing happens if the lease had ended.
    ///
    /// @throws QueueException if the disk fails; the claim then ends with its lease
    public void putBack(Claim claim) {
        if (store.committer().write(statements -> ClaimTables.putBack(statements, claim))) {
            dueSooner.raise(claim.mailbox());
            dueSooner.raise(claim.route());
        }
    }

    /// Gives a claim back of which nobody knows what came of it: the attempt counts, and the history says that the
    /// upstream may have the message. Nothing happens if the lease had ended.
    ///
    /// @param pause until the next attempt
    /// @throws QueueException if the disk fails; the claim then ends with its lease
    public void interrupt(Claim claim, Duration pause) {
        Instant now = clock.instant();
        if (store.committer().write(statements -> ClaimTables.interrupt(statements, claim, now.plus(pause), now))) {
            dueSooner.raise(claim.mailbox());
        }
    }

    /// Puts a claim on hold whose message is damaged: nobody can deliver it, and nobody but an operator may say what
    /// becomes of it. Nothing happens if the lease had ended.
    ///
    /// @param damage for the history
    /// @throws QueueException if the disk fails; the claim then ends with its lease
    public void holdDamaged(Claim claim, String damage) {
        Instant now = clock.instant();
        store.committer()
                .write(statements -> ClaimTables.holdDamaged(statements, claim.id().value(), claim.lease(), damage, now));
    }

    /// Gives back to the pools that a claimant serves what it has claimed of theirs and is not trying just now,
    /// for the other mailboxes of the pool.
    ///
    /// @return how many messages
    /// @throws QueueException if the disk fails; what is not given back yet can be given back again
    public int releaseToPools(ClaimScope supply) {
        int released = 0;
        for (String route : supply.routes()) {
            if (!route.equals(supply.owner())) {
                released += inBatches(statements -> ClaimTables.releaseToPool(statements, supply.owner(), route, BATCH));
                dueSooner.raise(route);
            }
        }
        return released;
    }

    /// @return the names of all lanes in which there are open messages: mailboxes, pools, and perhaps some that
    ///     are no longer configured, or the empty name, for messages of an older relay
    /// @throws QueueException if the disk fails
    public List<String> mailboxes() {
        return store.readers().read(ClaimTables::mailboxes);
    }

    /// Sends the open messages of a lane another way. For lanes that nobody claims from any more.
    ///
    /// @param way asked for each message, on the caller's thread
    /// @return how many messages
    /// @throws QueueException if the disk fails; what is not moved yet can be moved again
    public int reroute(String lane, Function<OrphanedMessage, Destination> way) {
        int moved = 0;
        Place place = Place.START;
        while (true) {
            Place after = place;
            List<Orphaned> batch =
                    store.readers().read(statements -> ClaimTables.orphaned(statements, lane, after, BATCH));
            if (batch.isEmpty()) {
                return moved;
            }
            Map<Long, Destination> ways = new LinkedHashMap<>();
            batch.forEach(passed -> passed.row()
                    .orphaned(store.readers(), passed.recipients())
                    .ifPresent(stranded -> ways.put(passed.row().id(), way.apply(stranded))));
            moved += store.committer().write(statements -> ClaimTables.reroute(statements, lane, ways));
            ways.values().stream().map(Destination::route).distinct().forEach(dueSooner::raise);
            place = batch.getLast().place();
        }
    }

    /// Opens an original, byte for byte as it was received.
    public ContentStream content(Claim claim) {
        return new ContentStream(store.readers(), claim.content(), claim.size());
    }

    /// As [#settle(Claim, Settlement, List, List)], with nothing withheld.
    public List<QueueId> settle(Claim claim, Settlement settlement, List<LocalMessage> notices) {
        return settle(claim, settlement, notices, List.of());
    }

    /// Records what came of a claim. When no recipient is left open, the content goes and the metadata stays
    /// for the retention time. Notices are committed in the same transaction, so there is never one without the
    /// other.
    ///
    /// @param withheld notices that were too many, for a digest
    /// @return the notices' ids, in their order
    /// @throws QueueException if the disk fails (settle again), or, finally, if the lease had ended; nothing is
    ///     recorded then, and the claim ends with its lease
    /// @throws IllegalArgumentException if the settlement is not about exactly the claim's recipients
    public List<QueueId> settle(
            Claim claim, Settlement settlement, List<LocalMessage> notices, List<SuppressedNotice> withheld) {
        if (!settlement.outcomes().keySet().equals(Set.copyOf(claim.recipients()))) {
            throw new IllegalArgumentException("the settlement of message " + claim.id() + " is about "
                    + settlement.outcomes().keySet() + " and should be about " + claim.recipients());
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
            for (SuppressedNotice notice : withheld) {
                NoticeTables.suppress(statements, notice);
            }
            return true;
        });
        if (!settled) {
            throw new QueueException("the lease of message " + claim.id() + " had ended before it was settled");
        }
        if (settlement.leavesOpen()) {
            dueSooner.raise(claim.mailbox()); // whoever waits has counted with the end of the lease
        }
        notices.forEach(notice -> dueSooner.raise(notice.routed().route()));
        return noticeIds;
    }

    /// @return what can be asked of the queue; a look at everything holds up nobody
    public QueueReader reader() {
        return new QueueQueries(store.scanners(), clock);
    }

    /// @return what an operator may do with the queue
    public QueueAdmin admin() {
        return new QueueAdmin(store, clock, leases::incrementAndGet, bouncedBy, dueSooner);
    }

    /// @return what people are told besides what a settlement brings
    public NoticeStore notices() {
        return new NoticeStore(store, dueSooner, ids, clock);
    }

    /// @return what is known of a message, open or settled; empty if nothing is, or its row makes no sense
    /// @throws QueueException if the disk fails
    public Optional<MessageSummary> messageSummary(QueueId id) {
        return store.readers().read(statements -> MessageTables.summary(statements, id));
    }

    /// @return what happened to a message so far, oldest first; empty if nothing did or it is not known
    public List<Event> events(QueueId id) {
        return store.readers().read(statements -> MessageTables.events(statements, id));
    }

    /// Counts who was handed over for an account.
    ///
    /// @param since when to begin; whoever was handed over before may be among the first ten minutes
    /// @return recipients in steps of ten minutes, oldest first; steps without any are left out
    /// @throws QueueException if the disk fails
    public List<UsageSlot> quotaUsage(String account, Instant since) {
        return store.readers().read(statements -> QuotaTables.usageSince(statements, account, since));
    }

    /// @param name of something the admin is told once
    /// @return when it was told; empty if it was not, or more than a year ago
    /// @throws QueueException if the disk fails
    public Optional<Instant> alertSentAt(String name) {
        return store.readers().read(statements -> QuotaTables.alertSentAt(statements, name));
    }

    /// Remembers that the admin has been told something.
    ///
    /// @throws QueueException if the disk fails
    public void recordSentAlert(String name, Instant at) {
        store.committer().write(statements -> {
            QuotaTables.recordSentAlert(statements, name, at);
            return true;
        });
    }

    /// As [#recordSentAlert(String, Instant)], by a letter: the one is never there without the other.
    ///
    /// @return the letter's id
    /// @throws QueueException if the disk fails
    public QueueId recordSentAlert(String name, Instant at, LocalMessage letter) {
        QueueId id = ids.next();
        store.committer().write(statements -> {
            QuotaTables.recordSentAlert(statements, name, at);
            insertLocal(statements, id, letter);
            return true;
        });
        dueSooner.raise(letter.routed().route());
        return id;
    }

    /// @param name of work that goes on
    /// @return how far it has come; empty if it has not begun
    /// @throws QueueException if the disk fails
    public Optional<String> progress(String name) {
        return store.readers().read(statements -> StateTables.progress(statements, name));
    }

    /// Remembers how far work has come.
    ///
    /// @throws QueueException if the disk fails
    public void saveProgress(String name, String value) {
        saveProgress(name, value, List.of());
    }

    /// As [#saveProgress(String, String)], with letters that come of the work: the one is never there without the other.
    ///
    /// @return the letters' ids, in their order
    /// @throws QueueException if the disk fails; nothing is written then
    public List<QueueId> saveProgress(String name, String value, List<LocalMessage> letters) {
        return saveProgress(name, value, Map.of(), letters, List.of());
    }

    /// As [#saveProgress(String, String, List)], with what the work has found to have happened to messages.
    ///
    /// @param withheld of what a digest is to tell instead of a letter
    /// @param events by message; what is recorded of a message that is no longer known is never seen
    public List<QueueId> saveProgress(
            String name,
            String value,
            Map<QueueId, List<Event>> events,
            List<LocalMessage> letters,
            List<SuppressedNotice> withheld) {
        List<QueueId> letterIds = letters.stream().map(_ -> ids.next()).toList();
        store.committer().write(statements -> {
            StateTables.saveProgress(statements, name, value);
            for (Map.Entry<QueueId, List<Event>> happened : events.entrySet()) {
                for (Event event : happened.getValue()) {
                    MessageTables.insertEvent(statements, happened.getKey(), event);
                }
            }
            for (SuppressedNotice notice : withheld) {
                NoticeTables.suppress(statements, notice);
            }
            for (int i = 0; i < letters.size(); i++) {
                insertLocal(statements, letterIds.get(i), letters.get(i));
            }
            return true;
        });
        letters.forEach(letter -> dueSooner.raise(letter.routed().route()));
        return letterIds;
    }

    /// Remembers that an operator wants nothing to leave from a mailbox. Who has stopped it first stays on record.
    ///
    /// @param by who said so
    /// @return whether it was not stopped before
    /// @throws QueueException if the disk fails
    public boolean pauseMailbox(String mailbox, Instant at, String by) {
        return store.committer().write(statements -> StateTables.pause(statements, new PausedMailbox(mailbox, at, by)));
    }

    /// Forgets that a mailbox was stopped.
    ///
    /// @return whether it was
    /// @throws QueueException if the disk fails
    public boolean resumeMailbox(String mailbox) {
        return store.committer().write(statements -> StateTables.resume(statements, mailbox));
    }

    /// @return the mailboxes that were stopped, by name; they need not be configured any more
    /// @throws QueueException if the disk fails
    public List<PausedMailbox> pausedMailboxes() {
        return store.readers().read(StateTables::paused);
    }

    /// @return what the admin has been told is wrong, oldest first. If it cannot be read, the log says so, and nothing
    ///     is known: mail is more important
    public List<StoredAlert> activeAlerts() {
        try {
            return store.readers().read(AlertTables::active);
        } catch (QueueException e) {
            log.error("what the admin was told is wrong cannot be read from the queue: {}", e.getMessage());
            return List.of();
        }
    }

    /// Remembers that the admin has been told of something that is wrong, in place of what was
    /// remembered under its name; by a letter, if there is one: the one is never there without the other.
    ///
    /// @return the letter's id
    /// @throws QueueException if the disk fails
    public Optional<QueueId> raiseAlert(StoredAlert alert, @Nullable LocalMessage letter) {
        return with(letter, statements -> AlertTables.write(statements, alert));
    }

    /// Forgets what the admin has been told is wrong, as it is right again. As [#raiseAlert].
    ///
    /// @return the letter's id
    /// @throws QueueException if the disk fails
    public Optional<QueueId> clearAlert(String alert, @Nullable LocalMessage letter) {
        return with(letter, statements -> AlertTables.delete(statements, alert));
    }

    private Optional<QueueId> with(@Nullable LocalMessage letter, Committer.Work<Boolean> work) {
        QueueId id = ids.next();
        store.committer().write(statements -> {
            if (letter != null) {
                insertLocal(statements, id, letter);
            }
            return work.on(statements);
        });
        if (letter == null) {
            return Optional.empty();
        }
        dueSooner.raise(letter.routed().route());
        return Optional.of(id);
    }

    /// Counts messages that wait to be delivered, without those an operator has put on hold.
    ///
    /// @param most where to stop counting
    /// @throws QueueException if the disk fails
    public int countWaiting(int most) {
        return store.scanners().read(statements -> AlertTables.countWaiting(statements, most));
    }

    /// @return when the oldest message that waits to be delivered came in, without those an operator has put
    ///     on hold; empty if none waits
    /// @throws QueueException if the disk fails
    public Optional<Instant> oldestWaiting() {
        return store.scanners().read(AlertTables::oldestWaiting);
    }

    static void insertLocal(Statements statements, QueueId id, LocalMessage letter) throws SQLException {
        MessageTables.insertMessage(
                statements,
                id,
                id,
                letter.arrival(),
                letter.routed(),
                SearchableHeaders.of(letter.content()),
                letter.size(),
                true);
        MessageTables.insertChunk(statements, id, 0, letter.content());
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
    public void persistDevices(DeviceChanges changes) {
        DeviceCommitHook rider = new DeviceCommitHook(changes);
        store.committer().install(rider);
        deviceHook = rider;
    }

    /// @param most how many devices
    void writeDevices(int most) {
        DeviceCommitHook rider = deviceHook;
        if (rider != null && rider.requestWrite(most)) {
            store.committer().write(_ -> true); // it rides along
        }
    }

    /// Forgets metadata of messages settled before the limit, and what counts no more.
    void deleteHistoryBefore(Instant limit) {
        inBatches(statements -> MessageTables.deleteSettledBefore(statements, limit, BATCH));
        store.committer().write(statements -> DeviceTables.deleteOldUsage(statements, clock.instant()));
        store.committer().write(statements -> QuotaTables.deleteOld(statements, clock.instant()));
    }

    /// Makes due what would have to wait for longer than any message ever has to, or at all though nobody has tried it
    /// yet. That is so if the clock was ahead for a while. What is on hold stays so.
    ///
    /// @return how many messages
    int correctDueTimes(Duration longestWait) {
        int hastened = correctDueTimes(store, clock.instant(), longestWait);
        if (hastened > 0) {
            dueSooner.raiseAll();
        }
        return hastened;
    }

    private static int correctDueTimes(Store store, Instant now, Duration longestWait) {
        int all = correctDueTimes(store, now, statements -> ClaimTables.dueTooLate(statements, now.plus(longestWait), BATCH))
                + correctDueTimes(store, now, statements -> ClaimTables.untriedButNotDue(statements, now.plus(MOMENT), BATCH));
        if (all > 0) {
            log.warn("the clock must have been ahead: {} messages that would have waited until then are due now", all);
        }
        return all;
    }

    private static int correctDueTimes(Store store, Instant now, Committer.Work<List<Long>> found) {
        int all = 0;
        int hastened;
        do {
            List<Long> ids = store.readers().read(found);
            hastened =
                    ids.isEmpty() ? 0 : store.committer().write(statements -> ClaimTables.makeDue(statements, ids, now));
            all += hastened;
        } while (hastened > 0);
        return all;
    }

    /// Repeats work that does a batch at a time. Between batches others get their turn.
    private int inBatches(Committer.Work<Integer> work) {
        int all = 0;
        int done;
        do {
            done = store.committer().write(work);
            all += done;
        } while (done == BATCH);
        return all;
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

    private static void recover(Store store, QueueSettings settings, InstantSource clock) {
        int interrupted = store.committer().write(statements -> MessageTables.endLeases(statements, clock.instant()));
        int swept = store.deleteIncoming();
        if (interrupted + swept > 0) {
            log.info(
                    "the relay had not been stopped cleanly: {} interrupted attempts are due again,"
                            + " {} half received messages were swept",
                    interrupted,
                    swept);
        }
        correctDueTimes(store, clock.instant(), settings.longestWait());
    }
}
