package org.o365relay.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.o365relay.bench.server.ProcessUsage;

/// A load on an SMTP server: concurrent clients that send EHLO once per connection, and MAIL, RCPT, DATA and
/// the content for each message. They wait for the reply to each command, unless they use pipelining. The
/// generator must use little CPU time, because it shares the processors with the server. Therefore each thread
/// uses one selector and preallocated buffers, and allocates nothing per message on a persistent connection.
///
/// @param server address of the server
/// @param sessions concurrent sessions, at least 1
/// @param limit when the load ends
/// @param content message to send
/// @param connections whether each session keeps one connection, or opens one per message
/// @param pipelining whether to send MAIL, RCPT and DATA in one write (RFC 2920)
/// @param threads number of threads that share the sessions; use more than one only with many processors
public record SmtpLoad(
        InetSocketAddress server,
        int sessions,
        LoadLimit limit,
        Content content,
        Connections connections,
        boolean pipelining,
        int threads) {

    /// How often a session connects.
    public enum Connections {
        /// One connection for all messages.
        PERSISTENT,
        /// A new connection for every message, with EHLO and QUIT.
        ONE_PER_MESSAGE
    }

    /// Runs the load.
    ///
    /// @throws IOException if the load generator itself fails; failures of connections and of the server are
    ///     counted in the result
    public LoadResult run() throws IOException, InterruptedException {
        Duration cpuBefore = ProcessUsage.ownCpu();
        long start = System.nanoTime();
        LoadTally tally = runOnThreads(new RemainingMessages(limit));
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        Duration cpu = ProcessUsage.ownCpu().minus(cpuBefore);
        return new LoadResult(tally.accepted(), tally.refusals(), tally.drops(), elapsed, tally.latency(), cpu);
    }

    private LoadTally runOnThreads(RemainingMessages remaining) throws IOException, InterruptedException {
        int loops = Math.min(threads, sessions);
        try (ExecutorService executor = Executors.newFixedThreadPool(loops)) {
            List<Future<LoadTally>> parts = new ArrayList<>();
            for (int loop = 0; loop < loops; loop++) {
                int share = sessions / loops + (loop < sessions % loops ? 1 : 0);
                parts.add(executor.submit(new LoadLoop(this, share, remaining)));
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
