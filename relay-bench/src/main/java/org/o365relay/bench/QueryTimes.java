package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.bench.server.RelayLauncher;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page.Order;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// Measures the queries that operator commands and deliveries run, on a generated backlog. The queries run in
/// this process, with the queue classes of the relay.
final class QueryTimes {

    private static final int RUNS = 7;
    private static final int PAGE = 50;
    private static final Set<MessageState> OPEN =
            Set.of(MessageState.QUEUED, MessageState.DEFERRED, MessageState.DELIVERING, MessageState.HELD);

    private final Path directory;
    private final int settled;
    private final int open;
    private final MarkdownTable table = new MarkdownTable("query", "ms, median of " + RUNS, "slowest", "found");

    /// @param directory data directory with the backlog
    /// @param settled number of messages in the history; all of them were received before the messages in the
    ///     queue
    /// @param open number of messages in the queue
    QueryTimes(Path directory, int settled, int open) {
        this.directory = directory;
        this.settled = settled;
        this.open = open;
    }

    @FunctionalInterface
    private interface Query {
        long run();
    }

    MarkdownTable measure() throws IOException {
        QueueSettings settings = new QueueSettings(directory, 0, Long.MAX_VALUE, Duration.ofDays(3650));
        try (JdbcQueue queue = SqliteQueue.open(settings, SteadyClock.system(), RandomGenerator.getDefault())) {
            measureQueueQueries(queue.reader());
            measureTraceQueries(queue.reader());
            ClaimScope scope = new ClaimScope(RelayLauncher.MAILBOX, List.of(RelayLauncher.MAILBOX));
            time("claim 20 due messages", () -> queue.claims().claim(scope, 20).size());
            JdbcQueue openQueue = queue;
            time("claim and return 20 due messages", () -> claimAndPutBack(openQueue, scope));
        } catch (QueueUnavailableException e) {
            throw new IOException(e);
        }
        return table;
    }

    private static long claimAndPutBack(JdbcQueue queue, ClaimScope scope) {
        var claims = queue.claims().claim(scope, 20);
        claims.forEach(queue.claims()::putBack);
        return claims.size();
    }

    private void measureQueueQueries(QueueReader reader) {
        int last = settled + open - 1;
        time("queue (summary)", () -> reader.summary().open());
        time("queue list, first page", () -> found(reader, Order.OLDEST_FIRST, all -> all));
        time("queue list, newest first", () -> found(reader, Order.NEWEST_FIRST, all -> all));
        time(
                "queue list --client",
                () -> found(reader, Order.OLDEST_FIRST, all -> client(all, BacklogGenerator.client(last))));
        time("queue list --client, no match", () -> found(reader, Order.OLDEST_FIRST, all -> client(all, "10.9.9.9")));
        time(
                "queue list --sender, no match",
                () -> found(reader, Order.OLDEST_FIRST, all -> sender(all, "no@x.example")));
        time(
                "queue list --recipient, last message",
                () -> found(reader, Order.OLDEST_FIRST, all -> recipient(all, BacklogGenerator.recipient(last))));
        time(
                "queue list --recipient, no match",
                () -> found(reader, Order.OLDEST_FIRST, all -> recipient(all, "no@x.example")));
        time("queue list --reason, no match", () -> found(reader, Order.OLDEST_FIRST, all -> reason(all, "none-such")));
        time(
                "queue list --mailbox, no match",
                () -> found(reader, Order.OLDEST_FIRST, all -> mailbox(all, "no@x.example")));
        time("count open messages", () -> reader.count(MessageFilter.ALL.in(OPEN)));
    }

    private void measureTraceQueries(QueueReader reader) {
        time("trace, newest", () -> trace(reader, all -> all));
        time("trace by id", () -> reader.show(newest(reader)).stream().count());
        time(
                "trace by Message-ID, first message",
                () -> trace(reader, all -> messageId(all, BacklogGenerator.messageId(0))));
        time("trace by Message-ID, unknown", () -> trace(reader, all -> messageId(all, "<no@x.example>")));
        time("trace by subject, first message", () -> trace(reader, all -> subject(all, BacklogGenerator.subject(1))));
        time("trace by subject, unknown", () -> trace(reader, all -> subject(all, "no such subject")));
        time("trace by sender, unknown", () -> trace(reader, all -> sender(all, "no@x.example")));
        time("trace by recipient, unknown", () -> trace(reader, all -> recipient(all, "no@x.example")));
        time("trace by client, unknown", () -> trace(reader, all -> client(all, "10.9.9.9")));
        Instant start = BacklogGenerator.firstReceivedAt(settled + open);
        time("trace by time, first minute", () -> trace(reader, all -> between(all, start, start.plusSeconds(60))));
    }

    private static QueueId newest(QueueReader reader) {
        return reader.newest().orElseThrow();
    }

    private long found(QueueReader reader, Order order, UnaryOperator<MessageFilter> filter) {
        return reader.find(filter.apply(MessageFilter.ALL).in(OPEN), order, null, PAGE)
                .entries()
                .size();
    }

    private long trace(QueueReader reader, UnaryOperator<MessageFilter> filter) {
        return reader.find(filter.apply(MessageFilter.ALL), Order.NEWEST_FIRST, null, PAGE)
                .entries()
                .size();
    }

    private void time(String name, Query query) {
        long[] nanos = new long[RUNS];
        long found = 0;
        for (int time = 0; time < RUNS; time++) {
            long start = System.nanoTime();
            found = query.run();
            nanos[time] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        table.add(
                name,
                String.format(Locale.ROOT, "%.1f", nanos[RUNS / 2] / 1e6),
                String.format(Locale.ROOT, "%.1f", nanos[RUNS - 1] / 1e6),
                String.format(Locale.ROOT, "%,d", found));
    }

    private static MessageFilter client(MessageFilter all, String client) {
        return with(all, client, null, null, null, null, null, null);
    }

    private static MessageFilter sender(MessageFilter all, String sender) {
        return with(all, null, sender, null, null, null, null, null);
    }

    private static MessageFilter recipient(MessageFilter all, String recipient) {
        return with(all, null, null, recipient, null, null, null, null);
    }

    private static MessageFilter mailbox(MessageFilter all, String mailbox) {
        return with(all, null, null, null, mailbox, null, null, null);
    }

    private static MessageFilter reason(MessageFilter all, String reason) {
        return with(all, null, null, null, null, reason, null, null);
    }

    private static MessageFilter subject(MessageFilter all, String subject) {
        return with(all, null, null, null, null, null, subject, null);
    }

    private static MessageFilter messageId(MessageFilter all, String messageId) {
        return with(all, null, null, null, null, null, null, messageId);
    }

    private static MessageFilter between(MessageFilter all, Instant after, Instant before) {
        return new MessageFilter(
                all.ids(), all.states(), after, before, null, null, null, null, null, null, null, null);
    }

    private static MessageFilter with(
            MessageFilter all,
            @Nullable String client,
            @Nullable String sender,
            @Nullable String recipient,
            @Nullable String mailbox,
            @Nullable String reason,
            @Nullable String subject,
            @Nullable String messageId) {
        return new MessageFilter(
                all.ids(),
                all.states(),
                null,
                null,
                client,
                sender,
                recipient,
                mailbox,
                reason,
                subject,
                messageId,
                null);
    }
}
