package org.o365relay.queue;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs periodic maintenance of the queue.
final class Housekeeper implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Housekeeper.class);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("queue-housekeeper").factory());
    private final List<Future<?>> tasks;

    Housekeeper(Store store, Runnable deleteHistory, Runnable writeDevices) {
        tasks = List.of(
                timer.scheduleWithFixedDelay(
                        () -> runLogging("measure free disk space", store.freeSpace()::measureFree),
                        1,
                        1,
                        TimeUnit.SECONDS),
                timer.scheduleWithFixedDelay(
                        () -> runLogging("return free space to the file system", store::returnFreeSpace),
                        1,
                        1,
                        TimeUnit.SECONDS),
                timer.scheduleWithFixedDelay(
                        () -> runLogging("write device counters", writeDevices), 2, 2, TimeUnit.SECONDS),
                timer.scheduleWithFixedDelay(
                        () -> runLogging("delete old history", deleteHistory), 1, 60, TimeUnit.MINUTES));
    }

    @Override
    public void close() {
        tasks.forEach(task -> task.cancel(false));
        timer.close(); // waits for the batch in progress
    }

    /// Logs exceptions: a task that throws would not be run again.
    private static void runLogging(String purpose, Runnable task) {
        try {
            task.run();
        } catch (QueueException e) {
            log.warn("the queue could not {}, trying again later: {}", purpose, e.getMessage());
        } catch (RuntimeException e) {
            log.error("the queue could not {} because of a bug, trying again later", purpose, e);
        }
    }
}
