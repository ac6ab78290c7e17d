package org.o365relay.accept.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.o365relay.accept.auth.Users.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checks passwords on one or two platform threads. bcrypt is CPU-bound and would block the carriers of virtual
/// threads, which deliveries need.
///
/// The number of pending checks is limited, in total and per client. A failed check is answered after a delay
/// and counts as pending until then, which slows down password guessing over any number of connections.
/// Thread-safe.
public final class PasswordChecks implements AutoCloseable {

    /// Delay before the reply to a failed login.
    static final Duration FAILURE_DELAY = Duration.ofSeconds(1);

    static final int MAX_PENDING = 32;
    static final int MAX_PENDING_PER_CLIENT = 2;

    private static final Logger log = LoggerFactory.getLogger(PasswordChecks.class);
    private static final int MAX_THREADS = 2;

    private final Duration failureDelay;
    private final ScheduledThreadPoolExecutor threads;
    private final Map<InetAddress, Integer> pending = new HashMap<>();
    private int totalPending;

    @SuppressWarnings("ThreadPriorityCheck") // the priority is only a hint to the scheduler
    PasswordChecks(Duration failureDelay) {
        this.failureDelay = failureDelay;
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

    /// @param comparison compares the password; runs on another thread
    Check begin(InetAddress client, Supplier<Result> comparison) {
        Check check = new Check(client, comparison);
        if (acquire(client)) {
            threads.execute(check::run);
        } else {
            check.result.complete(Result.BUSY);
        }
        return check;
    }

    /// Stops the threads; pending checks may never complete.
    @Override
    public void close() {
        threads.shutdownNow();
    }

    private synchronized boolean acquire(InetAddress client) {
        int clientPending = pending.getOrDefault(client, 0);
        if (totalPending >= MAX_PENDING || clientPending >= MAX_PENDING_PER_CLIENT) {
            return false;
        }
        totalPending++;
        pending.put(client, clientPending + 1);
        return true;
    }

    private synchronized void release(InetAddress client) {
        totalPending--;
        pending.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
    }

    /// A pending password check.
    public final class Check {

        private final InetAddress client;
        private final Supplier<Result> comparison;
        private final CompletableFuture<Result> result = new CompletableFuture<>();
        private final AtomicBoolean started = new AtomicBoolean();

        private Check(InetAddress client, Supplier<Result> comparison) {
            this.client = client;
            this.comparison = comparison;
        }

        /// @return a future for the result; it may complete on any thread, but never exceptionally
        public CompletableFuture<Result> result() {
            return result;
        }

        /// Cancels the check if it has not started; a check that has started continues.
        public void cancel() {
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
                        "password check failed unexpectedly: {}",
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
