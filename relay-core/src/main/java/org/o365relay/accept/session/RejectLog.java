package org.o365relay.accept.session;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.admit.Network;
import org.o365relay.journal.Event.LimitExceeded;
import org.o365relay.journal.Event.MoreRejected;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Reply;

/// Logs rejections at a limited rate, so that clients cannot fill the disk with log lines. In each [#INTERVAL],
/// the number of lines is limited for each client and for all clients together; at the end of the interval, the
/// number of suppressed rejections is logged. The IPv6 addresses of one /64 count as one client. Thread-safe.
public final class RejectLog {

    /// Time between two calls of [#flush].
    public static final Duration INTERVAL = Duration.ofMinutes(1);

    /// Maximum number of log lines about rejected connections, for each client and interval. One is enough,
    /// because the connections of a client are usually all rejected for the same reason.
    public static final int CONNECTION_LINES = 1;

    /// Maximum number of log lines about rejected commands and messages, for each client and interval, across
    /// all sessions of the client.
    public static final int SESSION_LINES = 20;

    /// Maximum number of clients logged individually in each interval; for further clients, only the number of
    /// rejections is logged.
    static final int MAX_CLIENTS = 1_000;

    /// Maximum number of lines in each interval, not counting the first line of each client.
    static final int MAX_FURTHER_LINES = 1_000;

    private final Journal journal;
    private final int linesPerClient;
    private final Map<Network, Lines> byClient = new HashMap<>();
    private @Nullable MoreRejected others; // suppressed rejections of clients that are not logged individually
    private int furtherLines;

    /// @param linesPerClient maximum number of lines of a client in each interval
    public RejectLog(Journal journal, int linesPerClient) {
        this.journal = journal;
        this.linesPerClient = linesPerClient;
    }

    /// The lines of a client in this interval.
    private static final class Lines {
        private int logged;
        private @Nullable MoreRejected suppressed;
    }

    /// Logs a rejection if the limits allow it.
    public void record(Rejected rejection) {
        if (allows(rejection.client(), rejection.reply())) {
            journal.record(rejection);
        }
    }

    /// Logs a rejection if the limits allow it.
    public void record(LimitExceeded excess) {
        if (allows(excess.rejection().client(), excess.rejection().reply())) {
            journal.record(excess);
        }
    }

    /// Counts a line about a client.
    ///
    /// @param reply reply to the client
    /// @return whether the line may be logged
    synchronized boolean allows(InetAddress client, Reply reply) {
        Network host = Network.ofHost(client);
        Lines lines = byClient.get(host);
        if (lines == null && byClient.size() >= MAX_CLIENTS) {
            others = oneMore(others, null, reply);
            return false;
        }
        if (lines == null) {
            lines = new Lines();
            byClient.put(host, lines);
        } else if (lines.logged >= linesPerClient || furtherLines >= MAX_FURTHER_LINES) {
            lines.suppressed = oneMore(lines.suppressed, client, reply);
            return false;
        } else {
            furtherLines++;
        }
        lines.logged++;
        return true;
    }

    private static MoreRejected oneMore(@Nullable MoreRejected before, @Nullable InetAddress client, Reply reply) {
        return new MoreRejected(client, before == null ? 1 : before.count() + 1, reply);
    }

    /// Logs the number of suppressed rejections and begins the next interval. Call this every [#INTERVAL] and when
    /// the listener has stopped.
    public synchronized void flush() {
        byClient.values().removeIf(lines -> lines.suppressed == null);
        for (Lines lines : byClient.values()) {
            flush(lines.suppressed);
            lines.suppressed = null;
            lines.logged = 1;
        }
        flush(others);
        others = null;
        furtherLines = 0;
    }

    private void flush(@Nullable MoreRejected suppressed) {
        if (suppressed != null) {
            journal.record(suppressed);
        }
    }
}
