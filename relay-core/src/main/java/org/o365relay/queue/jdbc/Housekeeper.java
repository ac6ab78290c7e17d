package org.o365relay.queue.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Cleans up after a crash, and runs periodic maintenance of the queue.
final class Housekeeper implements AutoCloseable {

    /// Maximum number of devices written in one transaction while the relay runs: small enough not to delay a
    /// client that is waiting for a 250 reply.
    private static final int DEVICE_BATCH = 200;

    private static final int BATCH = 500;
    private static final int INCOMING_BATCH = 20;

    /// Tolerance when times of reception are compared with the clock: messages may be received after the clock
    /// was read.
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(Housekeeper.class);

    private final Store store;
    private final JdbcDevices devices;
    private final Signals dueSignals;
    private final QueueSettings settings;
    private final InstantSource clock;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("queue-housekeeper").factory());
    private List<Future<?>> tasks = List.of();

    Housekeeper(Store store, JdbcDevices devices, Signals dueSignals, QueueSettings settings, InstantSource clock) {
        this.store = store;
        this.devices = devices;
        this.dueSignals = dueSignals;
        this.settings = settings;
        this.clock = clock;
    }

    /// Makes interrupted attempts due again, deletes partly received messages, and corrects due times.
    void recover() {
        int interrupted = store.committer().write(statements -> MessageTables.endLeases(statements, clock.instant()));
        int deleted = store.committer()
                .writeInBatches(INCOMING_BATCH, statements -> MessageTables.deleteIncoming(statements, INCOMING_BATCH));
        if (interrupted + deleted > 0) {
            log.info(
                    "the relay was not stopped cleanly: {} interrupted attempts are due again,"
                            + " {} partly received messages were deleted",
                    interrupted,
                    deleted);
        }
        correctDueTimes();
    }

    /// @param hourly additional work that runs every hour
    void start(Runnable hourly) {
        tasks = List.of(
                schedule("check its files", () -> store.check(clock.instant()), 1, 1, TimeUnit.SECONDS),
                schedule("measure free disk space", store.freeSpace()::measureFree, 1, 1, TimeUnit.SECONDS),
                schedule("return free space to the file system", store::returnFreeSpace, 1, 1, TimeUnit.SECONDS),
                schedule("write device counters", () -> writeDevices(DEVICE_BATCH), 2, 2, TimeUnit.SECONDS),
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
        deleteHistoryBefore(clock.instant().minus(settings.history()));
        hourly.run();
        correctDueTimes();
    }

    /// @param max maximum number of devices
    void writeDevices(int max) {
        devices.write(max);
    }

    /// Deletes the messages settled before the limit with their history, expired usage, and old records of sent
    /// alerts.
    void deleteHistoryBefore(Instant limit) {
        Committer committer = store.committer();
        committer.writeInBatches(BATCH, statements -> MessageTables.deleteSettledBefore(statements, limit, BATCH));
        committer.write(statements -> DeviceTables.deleteOldUsage(statements, clock.instant()));
        committer.write(statements -> QuotaTables.deleteOld(statements, clock.instant()));
        committer.write(statements -> JdbcAlerts.deleteOld(statements, clock.instant()));
    }

    /// Makes two kinds of messages due: those whose due time is too far in the future, and those not yet
    /// attempted whose times of reception and due times are both in the future. Both kinds result from a clock
    /// that was ahead for a while. Messages on hold and messages being delivered are not changed.
    ///
    /// @return the number of messages changed
    int correctDueTimes() {
        Instant now = clock.instant();
        int changed =
                makeDue(now, statements -> ClaimTables.dueTooLate(statements, now.plus(settings.longestWait()), BATCH))
                        + makeDue(
                                now,
                                statements -> ClaimTables.unattemptedFromTheFuture(
                                        statements, now.plus(CLOCK_TOLERANCE), BATCH));
        if (changed > 0) {
            log.warn(
                    "the clock must have been ahead: {} messages with a due time far in the future are due now",
                    changed);
            dueSignals.raiseAll();
        }
        return changed;
    }

    private int makeDue(Instant now, Committer.Work<List<Long>> query) {
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
