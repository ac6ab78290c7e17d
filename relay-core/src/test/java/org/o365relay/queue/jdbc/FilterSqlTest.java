package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.jdbc.FilterSql.Query;

/// Every filter reads the tables in the order of the ids, without sorting.
@Timeout(120)
class FilterSqlTest {

    private static final int MESSAGES = 50_000;
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration QUICK = Duration.ofMillis(250);

    private static final List<MessageFilter> QUESTIONS = Stream.concat(
                    Stream.of(
                            MessageFilter.ALL,
                            MessageFilter.ALL.upTo(new QueueId(5)),
                            text("10.0.0.7", null, null, null),
                            text("10.0.*", "a@*", null, "x"),
                            text(null, "", null, null),
                            text(null, null, "anna@*", null),
                            text("10.0.0.7", null, "anna@*", null).in(Set.of(MessageState.FAILED)),
                            text(null, null, null, "scan").in(EnumSet.allOf(MessageState.class)),
                            MessageFilter.ALL.in(EnumSet.of(MessageState.FAILED, MessageState.DELETED)),
                            new MessageFilter(
                                    List.of(), Set.of(), NOON, NOON, null, null, null, "m", "r", null, "<1@x>", null)),
                    Stream.of(MessageState.values()).map(state -> MessageFilter.ALL.in(Set.of(state))))
            .toList();

    @Test
    void neverSortsAndAlwaysReadsByPrimaryKey(@TempDir Path directory) throws SQLException {
        try (QueueFixture fixture = new QueueFixture(directory)) {
            fixture.queue();
            for (MessageFilter question : QUESTIONS) {
                for (Page.Order order : Page.Order.values()) {
                    List<String> plan = plan(fixture, FilterSql.of(question).list("entries", order, 50));
                    assertThat(plan.getFirst())
                            .as(question.toString())
                            .matches("SEARCH message USING INTEGER PRIMARY KEY \\(rowid>\\? AND rowid<\\?\\)"
                                    + "|SEARCH recipient USING PRIMARY KEY \\(message_id>\\? AND message_id<\\?\\)");
                    assertThat(plan).as(question.toString()).noneMatch(step -> step.contains("TEMP B-TREE"));
                }
            }
        }
    }

    @Test
    void looksUpMessageIdsByPrimaryKey(@TempDir Path directory) throws SQLException {
        try (QueueFixture fixture = new QueueFixture(directory)) {
            fixture.queue();
            MessageFilter named =
                    text(null, null, "anna@*", null).restrictedTo(List.of(new QueueId(5), new QueueId(6)));
            assertThat(plan(fixture, FilterSql.of(named).open().list("candidates", Page.Order.OLDEST_FIRST, 50)))
                    .first()
                    .isEqualTo("SEARCH message USING INTEGER PRIMARY KEY (rowid=?)");
        }
    }

    @Test
    void queriesOfALongQueueAreFast(@TempDir Path directory) {
        try (QueueFixture fixture = new QueueFixture(directory)) {
            fixture.queue();
            fill(fixture);
            QueueReader reading = fixture.queue().reader();
            assertQuick("overview", () -> reading.summary().open(), (long) MESSAGES);
            for (MessageFilter question : QUESTIONS) {
                assertQuick(
                        question.toString(),
                        () -> reading.find(question, Page.Order.NEWEST_FIRST, null, 50)
                                        .entries()
                                        .size()
                                <= 50,
                        true);
            }
            assertQuick("count", () -> reading.count(MessageFilter.ALL), (long) MESSAGES);
        }
    }

    private static MessageFilter text(
            @Nullable String client, @Nullable String sender, @Nullable String recipient, @Nullable String subject) {
        return new MessageFilter(
                List.of(), Set.of(), null, null, client, sender, recipient, null, null, subject, null, null);
    }

    private static List<String> plan(QueueFixture fixture, Query query) throws SQLException {
        try (Connection connection = fixture.connection()) {
            return new Statements(connection)
                    .list(
                            new Query("EXPLAIN QUERY PLAN " + query.text(), query.parameters()),
                            row -> row.getString("detail"));
        }
    }

    /// Takes the fastest of several runs, because the machine may be busy.
    private static <T> void assertQuick(String what, Supplier<T> call, T expected) {
        Duration quickest = IntStream.range(0, 5)
                .mapToObj(_ -> {
                    long before = System.nanoTime();
                    assertThat(call.get()).as(what).isEqualTo(expected);
                    return Duration.ofNanos(System.nanoTime() - before);
                })
                .min(Duration::compareTo)
                .orElseThrow();
        assertThat(quickest).as(what).isLessThan(QUICK);
    }

    private static void fill(QueueFixture fixture) {
        String numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + MESSAGES + ")";
        fixture.execute("INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, body, notice,"
                + " size, attempts, due_at, route, mailbox, priority, subject, reason) " + numbers
                + " SELECT (1772400000000 + i) << 21, 1772400000000 + i, '10.0.' || (i % 50), 'device', 'ESMTP',"
                + " 'scan@contoso.example', 0, '7BIT', 0, 1, i % 2, 1772400000000 + i, 'm', 'm', 1, 'Paper ' || i,"
                + " CASE WHEN i % 2 THEN 'server-busy' END FROM n");
        fixture.execute("INSERT INTO recipient (message_id, ordinal, address, state) " + numbers
                + " SELECT (1772400000000 + i) << 21, 0, 'bert@contoso.example', 'queued' FROM n");
    }
}
