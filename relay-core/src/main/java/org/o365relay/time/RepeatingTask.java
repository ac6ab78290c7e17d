package org.o365relay.time;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.o365relay.machine.Shortage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a task on its own virtual thread until it is stopped, with a pause after each run. If a run throws a
/// runtime exception, the exception is logged (as a bug, unless a [Shortage] caused it) and the task is still
/// repeated.
///
/// [#start] and [#stop] can be called from any thread; [#start] only once. A task that is stopped before it is
/// started never runs.
public final class RepeatingTask {

    private static final Logger log = LoggerFactory.getLogger(RepeatingTask.class);

    private final String name;
    private final Duration delay;
    private final Duration pause;
    private final Task task;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /// The task to repeat.
    @FunctionalInterface
    public interface Task {

        /// @throws InterruptedException if the run was interrupted; the task is then not repeated
        void run() throws InterruptedException;
    }

    /// @param name name of the thread, also used in log messages
    /// @param delay time before the first run
    /// @param pause time from the end of a run to the start of the next
    public RepeatingTask(String name, Duration delay, Duration pause, Task task) {
        this.name = name;
        this.delay = delay;
        this.pause = pause;
        this.task = task;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::repeat);
    }

    public void start() {
        thread.start();
    }

    private void repeat() {
        try {
            for (Duration wait = delay; !stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS); wait = pause) {
                runOnce();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the thread ends
        }
    }

    private void runOnce() throws InterruptedException {
        try {
            task.run();
        } catch (RuntimeException e) {
            logFailure(e);
        }
    }

    private void logFailure(RuntimeException failure) {
        Shortage.causeOf(failure)
                .ifPresentOrElse(
                        shortage ->
                                log.warn("{} failed, retrying in {} s: {}", name, pause.toSeconds(), shortage.text()),
                        () -> log.error(
                                "{} failed because of a bug, retrying in {} s; please report it",
                                name,
                                pause.toSeconds(),
                                failure));
    }

    /// @return whether [#stop] was called; if so, a long run should end early
    public boolean isStopped() {
        return stopped.getCount() == 0;
    }

    /// Interrupts the run in progress. If no run is in progress, no further run starts.
    public void interrupt() {
        thread.interrupt();
    }

    /// Prevents further runs. Does not interrupt the run in progress.
    ///
    /// @param wait longest time to wait for the end of the run in progress
    public void stop(Duration wait) {
        stopped.countDown();
        if (thread.isAlive()) {
            try {
                thread.join(wait);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
