package org.o365relay.deliver.smtp;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Enforces the current time limit of a connection. The socket timeout is not sufficient: it ends a read
/// if nothing arrives, but it ends neither a write to a server that does not read nor the read of a reply that
/// arrives byte by byte. The watchdog may react up to a second late.
final class ConnectionWatchdog {

    private static final long MAX_SLEEP = Duration.ofSeconds(1).toNanos();

    private final Runnable onOverdue;
    private final Thread thread;
    private volatile long deadline;
    private volatile boolean stopped;

    /// @param first time limit of the first step
    /// @param onOverdue runs on the watchdog's thread, repeatedly while a limit is exceeded, until [#stop()]
    ConnectionWatchdog(Duration first, Runnable onOverdue) {
        this.onOverdue = onOverdue;
        setLimit(first);
        this.thread = Thread.ofVirtual().name("smtp-watchdog").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /// Sets a time limit that starts now.
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
