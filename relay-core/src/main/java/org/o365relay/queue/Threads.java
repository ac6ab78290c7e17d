package org.o365relay.queue;

final class Threads {

    private Threads() {}

    /// Waits for a thread to end, whatever happens; an interrupt that came meanwhile is kept for the caller.
    static void joinUninterruptibly(Thread thread) {
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
