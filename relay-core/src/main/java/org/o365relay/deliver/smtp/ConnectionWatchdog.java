package org.o365relay.deliver.smtp;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Sees to it that a connection never hangs. A socket's own timeout ends a silent read; it does not end a write
/// to a server that reads nothing, nor a reply that comes drop by drop. This does, at most a second late.
final class ConnectionWatchdog {

    private static final long MAX_SLEEP = Duration.ofSeconds(1).toNanos();

    private final Runnable onOverdue;
    private final Thread thread;
    private volatile long deadline;
    private volatile boolean stopped;

    /// @param first the first limit
    /// @param onOverdue runs on the watch's own thread whenever a limit has passed, until [#stop()]
    ConnectionWatchdog(Duration first, Runnable onOverdue) {
        this.onOverdue = onOverdue;
        setLimit(first);
        this.thread = Thread.ofVirtual().name("smtp-watch").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /// Something must happen within this time from now.
    void setLimit(Duration limit) {
        deadline = System.nanoTime() + limit.toNanos();
    }

    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!stopped) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                onOverdue.run();
            }
            LockSupport.parkNanos(left <= 0 ? MAX_SLEEP : Math.min(left, MAX_SLEEP));
        }
    }
}
