package org.o365relay.queue.jdbc;

public final class Threads {

    private Threads() {}

    /// Waits for a thread to end. An interrupt does not end the wait; the interrupt status is restored
    /// afterwards.
    public static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
