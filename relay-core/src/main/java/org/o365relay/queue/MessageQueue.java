package org.o365relay.queue;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.QueueUnavailableException.Reason;
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

    private static final Logger log = LoggerFactory.getLogger(MessageQueue.class);

    private final InstantSource clock;
    private final DirectoryLock lock;
    private final Room room;
    private final Checkpointer checkpointer;
    private final Committer committer;
    private final Readers readers;
    private final QueueIds ids;
    private final Signal dueSooner = new Signal();
    private final AtomicLong leases;
    private final Housekeeper housekeeper;

    private MessageQueue(
            QueueSettings settings, InstantSource clock, RandomGenerator random, DirectoryLock lock, Sqlite sqlite)
            throws QueueUnavailableException, SQLException, IOException {
        this.clock = clock;
        this.lock = lock;
        this.ids = new QueueIds(clock, random);
        this.leases = new AtomicLong(random.nextLong(1L << 62));
        Connection writer = sqlite.openWriter();
        this.room = new Room(settings);
        this.room.used(Sqlite.usedBytes(writer));
        writer.rollback();
        this.checkpointer = new Checkpointer(sqlite.connect());
        this.committer = new Committer(writer, room, checkpointer);
        this.readers = new Readers(sqlite);
        recover();
        this.housekeeper =
                new Housekeeper(room, () -> forgetBefore(clock.instant().minus(settings.history())));
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
        try {
            return new MessageQueue(settings, clock, random, lock, new Sqlite(settings.directory()));
        } catch (QueueUnavailableException e) {
            lock.release();
            throw e;
        } catch (SQLException | IOException | QueueException e) {
            lock.release();
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "the queue in " + settings.directory() + " cannot be opened: " + e.getMessage());
        }
    }

    /// Asks whether a message would fit. Never blocks.
    ///
    /// @param size octets, 0 if not known
    /// @return why there is no room; empty if there is
    public Optional<Shortage> shortageFor(long size) {
        return room.shortageFor(size);
    }

    /// Begins a message. Nothing is written yet.
    public Incoming receive() {
        return new Incoming(committer, dueSooner, ids.next(), clock.instant());
    }

    /// Leases due messages to the caller, longest due first. The attempt is counted before it is made.
    ///
    /// @param most 1 or more
    /// @return at most as many claims; none if nothing is due
    /// @throws QueueException if the disk fails
    public List<Claim> claim(int most) {
        Instant now = clock.instant();
        long lease = leases.incrementAndGet();
        return join(committer.submit(statements -> Tables.claimDue(statements, lease, now, now.plus(LEASE), most)));
    }

    /// Waits until a message may be due: one has been committed or deferred, the next one's time has come, or
    /// `atMost` is over.
    ///
    /// @throws QueueException if the disk fails
    public void awaitDue(Duration atMost) throws InterruptedException {
        Instant next = readers.read(Tables::nextDue);
        Duration untilNext = next == null ? atMost : Duration.between(clock.instant(), next);
        dueSooner.await(untilNext.compareTo(atMost) < 0 ? untilNext : atMost);
    }

    /// Opens an original, byte for byte as it was received. Reading fails with an [IOException] if it is not
    /// whole.
    public InputStream content(Claim claim) {
        return new ContentStream(readers, claim.id(), claim.size());
    }

    /// Records what came of a claim. When no recipient is left open, the content goes and the metadata stays
    /// for the retention time. Notices are committed in the same transaction, so there is never one without the
    /// other.
    ///
    /// @return the notices' ids, in their order
    /// @throws QueueException if the disk fails; the claim then ends with its lease
    public List<QueueId> settle(Claim claim, Settlement settlement, List<Submission> notices) {
        Instant now = clock.instant();
        List<QueueId> noticeIds = notices.stream().map(_ -> ids.next()).toList();
        boolean settled = join(committer.submit(statements -> {
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
        }));
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
        return readers.read(statements -> Tables.events(statements, id));
    }

    /// Forgets metadata of messages settled before the limit.
    void forgetBefore(Instant limit) {
        int batch = 500;
        while (join(committer.submit(statements -> Tables.forgetSettledBefore(statements, limit, batch))) == batch) {
            // between batches others get their turn
        }
    }

    /// Writes what was submitted, and closes the files. Anything asked for afterwards fails with a
    /// [QueueException].
    @Override
    public void close() {
        try {
            housekeeper.close();
            committer.close();
            readers.close();
            checkpointer.close();
        } catch (SQLException e) {
            log.warn("the queue did not close cleanly; nothing committed is lost: {}", e.getMessage());
        } finally {
            lock.release();
        }
    }

    private void recover() {
        int interrupted = join(committer.submit(statements -> Tables.endLeases(statements, clock.instant())));
        int swept = join(committer.submit(Tables::sweepIncoming));
        if (interrupted + swept > 0) {
            log.info(
                    "the relay had not been stopped cleanly: {} interrupted attempts are due again,"
                            + " {} half received messages were swept",
                    interrupted,
                    swept);
        }
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
