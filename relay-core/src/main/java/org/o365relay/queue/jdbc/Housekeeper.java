package org.o365relay.queue.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.jdbc.ClockTable.Resumed;
import org.o365relay.time.SteadyClock;
import org.o365relay.time.SteadyClock.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Cleans up after a crash, and runs periodic maintenance of the queue.
final class Housekeeper implements AutoCloseable {

    /// Maximum number of devices written in one transaction while the relay runs: small enough not to delay a
    /// client that is waiting for a 250 reply.
    private static final int DEVICE_BATCH = 200;

    private static final int BATCH = 500;

    private static final Logger log = LoggerFactory.getLogger(Housekeeper.class);

    private final Store store;
    private final JdbcDevices devices;
    private final SteadyClock clock;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("queue-housekeeper").factory());
    private volatile QueueSettings settings;
    private List<Future<?>> tasks = List.of();

    Housekeeper(Store store, JdbcDevices devices, QueueSettings settings, SteadyClock clock) {
        this.store = store;
        this.devices = devices;
        this.settings = settings;
        this.clock = clock;
    }

    /// Changes how long history and content are kept.
    void use(QueueSettings next) {
        settings = next;
    }

    /// The numbers of messages that the recovery changed.
    private record Recovered(int interrupted, int deleted, int corrected) {}

    /// Stores the clock, makes interrupted attempts due again, deletes partly received messages, and corrects
    /// due times, all in one transaction before any other. If the queue cannot be written because of the disk,
    /// this is done by the first transaction that succeeds: no message is claimed or received before.
    ///
    /// @throws QueueException if the recovery fails for a reason other than the disk
    void recover(Resumed resumed) {
        var _ = store.committer()
                .submitFirst(statements -> {
                    resumed.save(statements);
                    return new Recovered(
                            MessageTables.endLeases(statements, clock.reading()),
                            MessageTables.deleteIncoming(statements),
                            correctDueTimes(statements));
                })
                .thenAccept(Housekeeper::log);
        try {
            store.committer().write(_ -> true);
        } catch (QueueException e) {
            if (!store.health().lastWriteFailed()) {
                throw e;
            }
            log.error(
                    "the queue cannot be written: {}. The relay rejects new mail and delivers nothing until it can"
                            + " write; it tries every second",
                    e.getMessage());
        }
    }

    private static void log(Recovered recovered) {
        if (recovered.interrupted() + recovered.deleted() > 0) {
            log.info(
                    "the relay was not stopped cleanly: {} interrupted attempts are due again,"
                            + " {} partly received messages were deleted",
                    recovered.interrupted(),
                    recovered.deleted());
        }
        if (recovered.corrected() > 0) {
            log.warn("{} messages with a due time far in the future are due now", recovered.corrected());
        }
    }

    /// @param hourly additional work that runs every hour
    void start(Runnable hourly) {
        tasks = List.of(
                schedule("check its files", () -> store.check(clock.instant()), 1, 1, TimeUnit.SECONDS),
                schedule("measure free disk space", store.freeSpace()::measureFree, 1, 1, TimeUnit.SECONDS),
                schedule("return free space to the file system", store::returnFreeSpace, 1, 1, TimeUnit.SECONDS),
                schedule("write device counters", () -> writeDevices(DEVICE_BATCH), 2, 2, TimeUnit.SECONDS),
                schedule("delete kept content", this::deleteKeptContent, 5, 5, TimeUnit.SECONDS),
                schedule("delete old history", () -> cleanUp(hourly), 1, 60, TimeUnit.MINUTES));
    }

    private Future<?> schedule(String purpose, Runnable task, int first, int every, TimeUnit unit) {
        return timer.scheduleWithFixedDelay(() -> runLogging(purpose, task), first, every, unit);
    }

    /// Runs a task and logs its exceptions: after an exception, the timer would not run the task again.
    private static void runLogging(String purpose, Runnable task) {
        try {
            task.run();
        } catch (QueueException e) {
            log.warn("queue housekeeping could not {}, trying again later: {}", purpose, e.getMessage());
        } catch (RuntimeException e) {
            log.error("queue housekeeping could not {} because of a bug, trying again later", purpose, e);
        }
    }

    private void cleanUp(Runnable hourly) {
        Reading now = clock.reading();
        Duration kept = settings.history();
        deleteHistoryBefore(new Reading(now.steady().minus(kept), now.calendar().minus(kept)));
        hourly.run();
    }

    /// @param max maximum number of devices
    void writeDevices(int max) {
        devices.write(max);
    }

    /// Deletes the content of settled messages if its time has ended or its space is needed.
    void deleteKeptContent() {
        Instant now = clock.instant();
        long all = store.readers().read(KeptContent::size);
        long available = Math.max(0, all + store.freeSpace().headroomForKeptContent());
        long limit = Math.min(settings.keepContent().maximumSize(), available);
        while (store.readers().read(statements -> KeptContent.isDue(statements, limit, now))) {
            store.committer().write(statements -> KeptContent.deleteBatch(statements, limit, now));
        }
    }

    /// Deletes the messages that were settled before the limit according to both clocks, and their history.
    /// Also deletes expired usage, and old records of sent alerts.
    void deleteHistoryBefore(Reading limit) {
        Instant now = clock.instant();
        Committer committer = store.committer();
        committer.writeInBatches(BATCH, statements -> MessageTables.deleteSettledBefore(statements, limit, BATCH));
        committer.write(statements -> DeviceTables.deleteOldUsage(statements, now));
        committer.write(statements -> QuotaTables.deleteOld(statements, now));
        committer.write(statements -> JdbcAlerts.deleteOld(statements, now));
    }

    /// Makes due the messages whose due time is further away than the longest possible wait. Such messages
    /// exist only if the stored reading of the clock was lost, or if an older relay set the due time while the
    /// system clock was ahead. Messages on hold are not changed.
    ///
    /// @return the number of messages changed
    int correctDueTimes(Statements statements) throws SQLException {
        Instant now = clock.instant();
        int all = 0;
        int changed;
        do {
            List<Long> ids = ClaimTables.dueTooLate(statements, now.plus(settings.longestWait()), BATCH);
            changed = ClaimTables.makeDue(statements, ids, now);
            all += changed;
        } while (changed > 0);
        return all;
    }

    /// Stops the periodic work, then writes the changed devices.
    @Override
    public void close() {
        tasks.forEach(task -> task.cancel(false));
        timer.close(); // waits for a task in progress
        try {
            writeDevices(Integer.MAX_VALUE);
        } catch (QueueException e) {
            log.warn("device counters of the last few seconds could not be written: {}", e.getMessage());
        }
    }
}
