package org.o365relay.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// A load on an SMTP server: many plain clients, each one EHLO, then per message MAIL, RCPT, DATA, content,
/// each waiting for its reply. Written to cost little, since it shares the processors with what it measures:
/// one thread, one selector, octets made beforehand, nothing allocated per message on a kept connection.
///
/// @param server where to connect
/// @param sessions connections open at the same time, at least 1
/// @param limit when to stop
/// @param content the message
/// @param connections one connection for all of a session's messages, or one for each
/// @param pipelining send MAIL, RCPT and DATA in one go (RFC 2920); plain clients do not
/// @param threads among which the sessions are divided; more than one only where processors abound
/// @param stallTimeout without any reply for this long the load ends, and messages under way count as dropped
public record SmtpLoad(
        InetSocketAddress server,
        int sessions,
        LoadLimit limit,
        Content content,
        Connections connections,
        boolean pipelining,
        int threads,
        Duration stallTimeout) {

    /// How often a session connects.
    public enum Connections {
        /// Once, for all its messages.
        PERSISTENT,
        /// For every message anew, with EHLO and QUIT.
        ONE_PER_MESSAGE
    }

    /// Puts the load on the server and waits for its end.
    ///
    /// @throws IOException if this machine cannot open sockets; what the server does is in the result
    public LoadResult run() throws IOException, InterruptedException {
        Duration cpuBefore = ProcessUsage.ownCpu();
        long start = System.nanoTime();
        LoadTally tally = divide(new RemainingMessages(limit));
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        Duration cpu = ProcessUsage.ownCpu().minus(cpuBefore);
        return new LoadResult(tally.accepted(), tally.refusals(), tally.drops(), elapsed, tally.latency(), cpu);
    }

    private LoadTally divide(RemainingMessages budget) throws IOException, InterruptedException {
        int loops = Math.min(threads, sessions);
        try (ExecutorService executor = Executors.newFixedThreadPool(loops)) {
            List<Future<LoadTally>> parts = new ArrayList<>();
            for (int loop = 0; loop < loops; loop++) {
                int share = sessions / loops + (loop < sessions % loops ? 1 : 0);
                parts.add(executor.submit(new LoadLoop(this, share, budget)));
            }
            LoadTally sum = new LoadTally();
            for (Future<LoadTally> part : parts) {
                sum.add(part.get());
            }
            return sum;
        } catch (ExecutionException e) {
            throw new IOException("the load generator failed: " + e.getCause(), e);
        }
    }
}
