package org.o365relay.accept;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.o365relay.accept.Users.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compares passwords apart from everything else: bcrypt is all arithmetic, and never gives a virtual thread's
/// carrier back that deliveries need too.
///
/// So there are few threads of its own, few checks wait for them, and few of those are any one client's. Who was
/// wrong hears it after a pause, and his place stays taken as long: guessing is slow, on however many
/// connections. Safe for any number of threads.
final class PasswordChecks implements AutoCloseable {

    /// How long a wrong login waits for its answer.
    static final Duration FAILURE_DELAY = Duration.ofSeconds(1);

    static final int MAX_PENDING = 32;
    static final int MAX_PENDING_PER_CLIENT = 2;

    private static final Logger log = LoggerFactory.getLogger(PasswordChecks.class);
    private static final int MAX_THREADS = 2;

    private final Duration failureDelay;
    private final ScheduledThreadPoolExecutor threads;
    private final Map<InetAddress, Integer> pending = new HashMap<>();
    private int totalPending;

    @SuppressWarnings("ThreadPriorityCheck") // a hint; it is the few threads that count
    PasswordChecks(Duration pause) {
        this.failureDelay = pause;
        int half = Runtime.getRuntime().availableProcessors() / 2;
        this.threads = new ScheduledThreadPoolExecutor(
                Math.clamp(half, 1, MAX_THREADS),
                Thread.ofPlatform()
                        .daemon()
                        .priority(Thread.MIN_PRIORITY)
                        .name("login-", 0)
                        .factory());
        threads.setKeepAliveTime(10, TimeUnit.SECONDS);
        threads.allowCoreThreadTimeOut(true);
    }

    /// @param comparison takes its time, on another thread
    Check begin(InetAddress client, Supplier<Result> comparison) {
        Check check = new Check(client, comparison);
        if (acquire(client)) {
            threads.execute(check::run);
        } else {
            check.result.complete(Result.BUSY);
        }
        return check;
    }

    /// Ends the threads; what is not answered by now never is.
    @Override
    public void close() {
        threads.shutdownNow();
    }

    private synchronized boolean acquire(InetAddress client) {
        int ofClient = pending.getOrDefault(client, 0);
        if (totalPending >= MAX_PENDING || ofClient >= MAX_PENDING_PER_CLIENT) {
            return false;
        }
        totalPending++;
        pending.put(client, ofClient + 1);
        return true;
    }

    private synchronized void release(InetAddress client) {
        totalPending--;
        pending.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
    }

    /// One password on its way.
    final class Check {

        private final InetAddress client;
        private final Supplier<Result> comparison;
        private final CompletableFuture<Result> result = new CompletableFuture<>();
        private final AtomicBoolean started = new AtomicBoolean();

        private Check(InetAddress client, Supplier<Result> comparison) {
            this.client = client;
            this.comparison = comparison;
        }

        /// @return completed on any thread, never exceptionally
        CompletableFuture<Result> result() {
            return result;
        }

        /// Nobody waits for it any more. What has begun is finished, and counts.
        void cancel() {
            if (started.compareAndSet(false, true)) {
                result.complete(Result.CANCELLED);
            }
        }

        private void run() {
            if (!started.compareAndSet(false, true)) {
                release(client);
                return;
            }
            Result found = Result.UNAVAILABLE;
            try {
                found = comparison.get();
            } catch (RuntimeException failure) {
                log.error(
                        "a password could not be checked: {}",
                        failure.getClass().getName());
            } finally {
                complete(found);
            }
        }

        private void complete(Result found) {
            if (found == Result.INVALID) {
                var _ = threads.schedule(() -> completeNow(found), failureDelay.toNanos(), TimeUnit.NANOSECONDS);
            } else {
                completeNow(found);
            }
        }

        private void completeNow(Result found) {
            release(client);
            result.complete(found);
        }
    }
}
