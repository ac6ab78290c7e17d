package org.o365relay.accept;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.AtomicLong;

/// Counts the direct memory (outside the heap) that all connections use for received octets that have not been
/// processed yet. The budget is a quarter of the direct memory of the process, because Netty allocates more
/// than it hands out. A connection that waits for the queue keeps at most one buffer, unless its client
/// disconnects: Netty then reads everything that the kernel has received.
///
/// If the budget is used up, no content is read, and what else a waiting connection receives from a client
/// that has disconnected is discarded: the connection is closed after the pending reply. If at least 25% more than the
/// budget is in use, no connection is admitted.
/// Thread-safe.
final class ReceiveMemory {

    static final int MIN_BUFFER = 2 * 1024;
    static final int MAX_BUFFER = 64 * 1024;

    /// Size in octets of the first buffer if memory suffices: messages without attachments arrive in one read.
    private static final int FIRST_BUFFER = 16 * 1024;

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
    /// @return allocator of the buffers for reads: none exceeds a connection's share of the budget, or `MIN_BUFFER`
    RecvByteBufAllocator buffers(int connections) {
        // Netty rounds the minimum up to a power of two.
        int largest = Integer.highestOneBit(Math.clamp(budget / connections, MIN_BUFFER, MAX_BUFFER));
        int smallest = Math.min(FIRST_BUFFER, largest);
        return new AdaptiveRecvByteBufAllocator(smallest, smallest, largest).maxMessagesPerRead(1);
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
