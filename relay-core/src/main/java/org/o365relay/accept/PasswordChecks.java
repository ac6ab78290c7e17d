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
import org.o365relay.accept.Users.Verdict;
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
    static final Duration PAUSE = Duration.ofSeconds(1);

    static final int MOST_PENDING = 32;
    static final int MOST_OF_ONE_CLIENT = 2;

    private static final Logger log = LoggerFactory.getLogger(PasswordChecks.class);
    private static final int MOST_THREADS = 2;

    private final Duration pause;
    private final ScheduledThreadPoolExecutor threads;
    private final Map<InetAddress, Integer> pending = new HashMap<>();
    private int pendingInAll;

    @SuppressWarnings("ThreadPriorityCheck") // a hint; it is the few threads that count
    PasswordChecks(Duration pause) {
        this.pause = pause;
        int half = Runtime.getRuntime().availableProcessors() / 2;
        this.threads = new ScheduledThreadPoolExecutor(
                Math.clamp(half, 1, MOST_THREADS),
                Thread.ofPlatform()
                        .daemon()
                        .priority(Thread.MIN_PRIORITY)
                        .name("login-", 0)
                        .factory());
        threads.setKeepAliveTime(10, TimeUnit.SECONDS);
        threads.allowCoreThreadTimeOut(true);
    }

    /// @param comparison takes its time, on another thread
    Check begin(InetAddress client, Supplier<Verdict> comparison) {
        Check check = new Check(client, comparison);
        if (enter(client)) {
            threads.execute(check::run);
        } else {
            check.verdict.complete(Verdict.BUSY);
        }
        return check;
    }

    /// Ends the threads; what is not answered by now never is.
    @Override
    public void close() {
        threads.shutdownNow();
    }

    private synchronized boolean enter(InetAddress client) {
        int ofClient = pending.getOrDefault(client, 0);
        if (pendingInAll >= MOST_PENDING || ofClient >= MOST_OF_ONE_CLIENT) {
            return false;
        }
        pendingInAll++;
        pending.put(client, ofClient + 1);
        return true;
    }

    private synchronized void leave(InetAddress client) {
        pendingInAll--;
        pending.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
    }

    /// One password on its way.
    final class Check {

        private final InetAddress client;
        private final Supplier<Verdict> comparison;
        private final CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        private final AtomicBoolean takenUp = new AtomicBoolean();

        private Check(InetAddress client, Supplier<Verdict> comparison) {
            this.client = client;
            this.comparison = comparison;
        }

        /// @return completed on any thread, never exceptionally
        CompletableFuture<Verdict> verdict() {
            return verdict;
        }

        /// Nobody waits for it any more. What has begun is finished, and counts.
        void abandon() {
            if (takenUp.compareAndSet(false, true)) {
                verdict.complete(Verdict.UNHEARD);
            }
        }

        private void run() {
            if (!takenUp.compareAndSet(false, true)) {
                leave(client);
                return;
            }
            Verdict found = Verdict.UNDECIDED;
            try {
                found = comparison.get();
            } catch (RuntimeException failure) {
                log.error(
                        "a password could not be checked: {}",
                        failure.getClass().getName());
            } finally {
                answer(found);
            }
        }

        private void answer(Verdict found) {
            if (found == Verdict.WRONG) {
                var _ = threads.schedule(() -> end(found), pause.toNanos(), TimeUnit.NANOSECONDS);
            } else {
                end(found);
            }
        }

        private void end(Verdict found) {
            leave(client);
            verdict.complete(found);
        }
    }
}
