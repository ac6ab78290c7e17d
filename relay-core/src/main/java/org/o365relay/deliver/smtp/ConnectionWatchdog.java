package org.o365relay.deliver.smtp;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Sees to it that a connection never hangs. A socket's own timeout ends a silent read; it does not end a write
/// to a server that reads nothing, nor a reply that comes drop by drop. This does, at most a second late.
final class ConnectionWatchdog {

    private static final long LONGEST_NAP = Duration.ofSeconds(1).toNanos();

    private final Runnable onOverdue;
    private final Thread thread;
    private volatile long due;
    private volatile boolean ended;

    /// @param first the first limit
    /// @param onOverdue runs on the watch's own thread whenever a limit has passed, until [#end()]
    ConnectionWatchdog(Duration first, Runnable onOverdue) {
        this.onOverdue = onOverdue;
        expect(first);
        this.thread = Thread.ofVirtual().name("smtp-watch").unstarted(this::look);
    }

    void start() {
        thread.start();
    }

    /// Something must happen within this time from now.
    void expect(Duration limit) {
        due = System.nanoTime() + limit.toNanos();
    }

    void end() {
        ended = true;
        LockSupport.unpark(thread);
    }

    private void look() {
        while (!ended) {
            long left = due - System.nanoTime();
            if (left <= 0) {
                onOverdue.run();
            }
            LockSupport.parkNanos(left <= 0 ? LONGEST_NAP : Math.min(left, LONGEST_NAP));
        }
    }
}
