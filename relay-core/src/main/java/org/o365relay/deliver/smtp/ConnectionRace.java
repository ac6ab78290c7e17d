package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.o365relay.machine.Shortage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connects to the first of several addresses that accepts the connection (RFC 8305 §5): starts the next
/// attempt as soon as any running attempt fails, or when none has ended within the stagger delay. The first
/// success ends the others.
///
/// @param stagger time between the starts of two attempts, unless one fails
/// @param memory records which addresses worked and which failed
record ConnectionRace(Connector connector, Duration stagger, AddressMemory memory) {

    private static final Logger log = LoggerFactory.getLogger(ConnectionRace.class);

    /// Opens one TCP connection.
    @FunctionalInterface
    interface Connector {
        /// @param limit maximum time to connect
        /// @throws IOException if the connection cannot be opened, or soon after the thread is interrupted
        Socket connect(InetSocketAddress server, Duration limit) throws IOException;
    }

    /// The end of an attempt: either a socket or a failure.
    private record Ended(
            InetSocketAddress server,
            @Nullable Socket socket,
            @Nullable IOException failure) {}

    /// @param servers addresses in the order in which they are tried, at least one
    /// @param limit maximum time for all addresses together
    /// @return the connection; all other attempts have ended
    /// @throws IOException if no address accepts the connection: a [SocketTimeoutException] if the limit is
    ///     exceeded, otherwise the failure of the last attempt
    Socket first(List<InetSocketAddress> servers, Duration limit) throws IOException {
        BlockingQueue<Ended> results = new LinkedBlockingQueue<>();
        ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("connect").factory());
        try {
            return new Run(new ArrayDeque<>(servers), results, threads, System.nanoTime() + limit.toNanos()).winner();
        } finally {
            threads.shutdownNow();
            threads.close();
            closeOthers(results);
        }
    }

    /// Closes connections that were accepted after the first one.
    private static void closeOthers(BlockingQueue<Ended> results) {
        for (Ended ended : results) {
            try (Socket late = ended.socket()) {
                log.debug("closing the connection to {}: another address was faster", late);
            } catch (IOException e) {
                log.debug("a connection that is not needed cannot be closed: {}", e.getMessage());
            }
        }
    }

    private final class Run {

        private final Deque<InetSocketAddress> waiting;
        private final Deque<InetSocketAddress> running = new ArrayDeque<>();
        private final BlockingQueue<Ended> results;
        private final ExecutorService threads;
        private final long deadline;
        private IOException lastFailure = new IOException("no address");

        Run(Deque<InetSocketAddress> waiting, BlockingQueue<Ended> results, ExecutorService threads, long deadline) {
            this.waiting = waiting;
            this.results = results;
            this.threads = threads;
            this.deadline = deadline;
        }

        Socket winner() throws IOException {
            while (!waiting.isEmpty() || !running.isEmpty()) {
                startNext();
                Ended ended = await();
                if (ended != null && ended.socket() != null) {
                    return ended.socket();
                }
            }
            throw lastFailure;
        }

        private void startNext() {
            InetSocketAddress server = waiting.poll();
            if (server != null) {
                running.add(server);
                threads.execute(() -> results.add(attempt(server)));
            }
        }

        private Ended attempt(InetSocketAddress server) {
            try {
                return new Ended(server, connector.connect(server, remaining()), null);
            } catch (IOException e) {
                return new Ended(server, null, e);
            } catch (RuntimeException e) {
                return new Ended(server, null, new IOException(e));
            }
        }

        private Duration remaining() {
            return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
        }

        /// @return the next attempt that ended; null if none did within the stagger
        private @Nullable Ended await() throws IOException {
            Duration wait = waiting.isEmpty() || stagger.compareTo(remaining()) > 0 ? remaining() : stagger;
            try {
                Ended ended = results.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
                if (ended != null) {
                    remember(ended);
                } else if (System.nanoTime() - deadline >= 0) {
                    running.forEach(server -> memory.failed(server.getAddress()));
                    throw new SocketTimeoutException("Connect timed out");
                }
                return ended;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (IOException) new InterruptedIOException("interrupted while connecting").initCause(e);
            }
        }

        private void remember(Ended ended) {
            if (ended.failure() != null) {
                lastFailure = ended.failure();
                if (Shortage.causeOf(lastFailure).isEmpty()) {
                    memory.failed(ended.server().getAddress());
                }
            } else {
                memory.worked(ended.server().getAddress());
                running.stream()
                        .takeWhile(earlier -> !earlier.equals(ended.server()))
                        .forEach(slower -> memory.failed(slower.getAddress()));
            }
            running.remove(ended.server());
        }
    }
}
