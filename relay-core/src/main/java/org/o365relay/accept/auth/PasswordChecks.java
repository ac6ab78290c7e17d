package org.o365relay.accept.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.o365relay.accept.auth.Users.Result;
import org.o365relay.admit.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checks passwords on one or two platform threads. bcrypt is CPU-bound and would block the carriers of virtual
/// threads, which deliveries need.
///
/// The number of checks that wait or run is limited. Clients that guess passwords cannot use up the slots or
/// the CPU time of others: each [Standing] has its own limit and its own share of the threads. A failed check
/// is answered after a delay and counts against its client until then, which slows down guessing over any
/// number of connections. Thread-safe.
public final class PasswordChecks implements AutoCloseable {

    /// Delay before the reply to a failed login.
    static final Duration FAILURE_DELAY = Duration.ofSeconds(1);

    /// Maximum number of pending checks for one client address, including those whose reply is delayed.
    static final int MAX_PER_CLIENT = 2;

    /// Maximum number of pending checks for all clients of one network together, including those whose reply is
    /// delayed. Checks of clients that are [Standing#KNOWN] count, but are not refused because of this limit.
    static final int MAX_PER_NETWORK = 4;

    private static final Logger log = LoggerFactory.getLogger(PasswordChecks.class);
    private static final int MAX_THREADS = 2;

    /// The order in which the standings take turns to start a check. If no check with that standing is waiting,
    /// the first standing in the order of the enum with a waiting check takes the turn.
    private static final List<Standing> TURNS =
            List.of(Standing.KNOWN, Standing.NEW, Standing.KNOWN, Standing.GUESSING);

    /// What earlier checks show about a client.
    enum Standing {
        /// The address has logged in successfully, and fewer than [LoginHistory#MAX_FAILURES] logins have
        /// failed since.
        KNOWN(128),
        /// The client is not [#KNOWN], and no login has failed in its network.
        NEW(96),
        /// The client is not [#KNOWN], and a login has failed in its network.
        GUESSING(32);

        /// Number of waiting and running checks, of any standing, at which a check of this standing is refused.
        final int limit;

        Standing(int limit) {
            this.limit = limit;
        }
    }

    private final Duration failureDelay;
    private final ScheduledThreadPoolExecutor threads;
    private final LoginHistory history = new LoginHistory();
    private final Map<InetAddress, Integer> byClient = new HashMap<>();
    private final Map<Network, Integer> byNetwork = new HashMap<>();
    private final Map<Standing, Queue<Check>> waiting = new EnumMap<>(Standing.class);
    private int unfinished; // checks that wait or run
    private int turn;
    private boolean closed;

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
    synchronized Check begin(InetAddress client, Supplier<Result> comparison) {
        Network network = Network.ofHost(client);
        Check check = new Check(client, network, comparison);
        Standing standing = history.standing(client, network);
        boolean networkIsFull = standing != Standing.KNOWN && byNetwork.getOrDefault(network, 0) >= MAX_PER_NETWORK;
        if (closed) {
            check.result.complete(Result.UNAVAILABLE);
        } else if (unfinished >= standing.limit
                || networkIsFull
                || byClient.getOrDefault(client, 0) >= MAX_PER_CLIENT) {
            check.result.complete(Result.BUSY);
        } else {
            unfinished++;
            byClient.merge(client, 1, Integer::sum);
            byNetwork.merge(network, 1, Integer::sum);
            waiting(standing).add(check);
            threads.execute(this::runNext);
        }
        return check;
    }

    /// Stops the threads. A comparison that is running completes its check; the other checks never complete.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        threads.shutdownNow();
    }

    private void runNext() {
        Check check = next();
        Result found = check.compare();
        if (finished(check, found)) {
            answer(check, found);
        }
    }

    private synchronized Check next() {
        Check check = waiting(TURNS.get(turn++ % TURNS.size())).poll();
        for (Standing standing : Standing.values()) {
            check = check == null ? waiting(standing).poll() : check;
        }
        if (check == null) {
            throw new IllegalStateException("more tasks than checks");
        }
        return check;
    }

    private Queue<Check> waiting(Standing standing) {
        return waiting.computeIfAbsent(standing, _ -> new ArrayDeque<>());
    }

    /// @return whether to answer the check now, not after the delay
    private synchronized boolean finished(Check check, Result found) {
        unfinished--;
        history.record(check.client, check.network, found);
        if (found != Result.INVALID || closed) {
            return true;
        }
        var _ = threads.schedule(() -> answer(check, found), failureDelay.toNanos(), TimeUnit.NANOSECONDS);
        return false;
    }

    private void answer(Check check, Result found) {
        synchronized (this) {
            byClient.computeIfPresent(check.client, (_, count) -> count == 1 ? null : count - 1);
            byNetwork.computeIfPresent(check.network, (_, count) -> count == 1 ? null : count - 1);
        }
        check.result.complete(found);
    }

    /// A pending password check.
    public static final class Check {

        private final InetAddress client;
        private final Network network;
        private final Supplier<Result> comparison;
        private final CompletableFuture<Result> result = new CompletableFuture<>();
        private final AtomicBoolean started = new AtomicBoolean();

        private Check(InetAddress client, Network network, Supplier<Result> comparison) {
            this.client = client;
            this.network = network;
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

        private Result compare() {
            if (!started.compareAndSet(false, true)) {
                return Result.CANCELLED;
            }
            try {
                return comparison.get();
            } catch (RuntimeException failure) {
                log.error(
                        "password check failed unexpectedly: {}",
                        failure.getClass().getName());
                return Result.UNAVAILABLE;
            }
        }
    }
}
