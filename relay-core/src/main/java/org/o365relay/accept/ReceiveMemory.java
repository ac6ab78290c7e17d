package org.o365relay.accept;

import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.AtomicLong;

/// Counts the direct memory (outside the heap) that all connections use for received octets that have not been
/// processed yet. The budget is a quarter of the direct memory of the process, because Netty allocates more
/// than it hands out. A connection that waits for the queue keeps at most one buffer, unless its client
/// disconnects: Netty then reads everything that the kernel has received.
///
/// If the budget is used up, no content is read, and a waiting connection whose client has disconnected is
/// closed when it receives more. If at least 25% more than the budget is in use, no connection is admitted.
/// Thread-safe.
final class ReceiveMemory {

    static final int MIN_BUFFER = 2 * 1024;
    static final int MAX_BUFFER = 64 * 1024;

    private final long budget;
    private final AtomicLong used = new AtomicLong();

    /// @param directMemory size of the direct memory in bytes
    ReceiveMemory(long directMemory) {
        this.budget = directMemory / 4;
    }

    /// Uses the direct memory of this process: `-XX:MaxDirectMemorySize`, by default as much as the heap.
    static ReceiveMemory ofProcess() {
        return new ReceiveMemory(PlatformDependent.maxDirectMemory());
    }

    /// @param connections maximum number of concurrent connections
    /// @return maximum size in bytes of the buffer for one read from a connection
    int bufferSize(int connections) {
        return Math.clamp(budget / connections, MIN_BUFFER, MAX_BUFFER);
    }

    /// Records that a connection keeps more octets, or fewer if the number is negative.
    void add(int octets) {
        if (octets != 0) {
            used.addAndGet(octets);
        }
    }

    /// @return whether the budget is used up
    boolean isShort() {
        return used.get() >= budget;
    }

    /// @return whether at least 25% more than the budget is in use, so that no connection should be admitted
    boolean isExhausted() {
        return used.get() >= budget + budget / 4;
    }

    /// @return bytes in use
    long used() {
        return used.get();
    }
}
