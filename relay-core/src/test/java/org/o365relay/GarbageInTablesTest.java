package org.o365relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.journal.LogJournal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.queue.maintenance.Finding;
import org.o365relay.queue.maintenance.QueueRepair;
import org.o365relay.queue.maintenance.QueueVerifier;
import org.o365relay.time.SteadyClock;

/// Rows with a value of the wrong type, or an absurd value, in each column of each table. The relay starts
/// nevertheless; `verify` finds the values that are invalid in their column, and a repair removes them.
@Timeout(60)
class GarbageInTablesTest {

    private static final EmailAddress MAILBOX =
            EmailAddress.parse("relay@contoso.example").orElseThrow();

    private static final List<String> GARBAGE =
            List.of("'garbage'", "x'00ff'", "-1", "9223372036854775807", "-9223372036854775808", "1e300", "''", "NULL");

    /// A valid row of each table.
    private static final Map<String, String> ROWS = Map.ofEntries(
            Map.entry("quota_usage", "'relay@contoso.example', NOW, 1"),
            Map.entry("paused_mailbox", "'relay@contoso.example', NOW, 'root'"),
            Map.entry("active_alert", "'disk-low', NOW, 'subject', 'text', 'advice', 0"),
            Map.entry("sent_alert", "'expiring', NOW"),
            Map.entry("suppressed_notice", "ID, 'failed', '10.0.0.7', 'anna@contoso.example', NOW, NOW"),
            Map.entry("progress", "'delay-notices', '1'"),
            Map.entry("device", "'10.0.0.7', 'mfp', NOW, NOW, 1, 1, 1"),
            Map.entry("deviation", "'10.0.0.7', 'invalid-helo', 1"),
            Map.entry("device_usage", "'10.0.0.7', NOW, 1"),
            Map.entry("device_day", "'10.0.0.7', 1, 20000, 1, 1, 1, 1"),
            Map.entry("failing_recipient", "'10.0.0.7', 'anna@contoso.example', 1, 1, 'unknown-reply', NOW, NOW"),
            Map.entry("incoming", "ID, NOW"),
            Map.entry("event", "ID, ID, NOW, NULL, 'deferred', 'upstream', 'detail', '', 0"),
            Map.entry("recipient", "ID, 0, 'anna@contoso.example', 'queued', NULL, NULL"),
            Map.entry("chunk", "ID, 0, x'2e', NULL"),
            Map.entry(
                    "message",
                    "ID, NOW, '10.0.0.7', 'mfp', 'ESMTP', 'a@b.example', 0, 0, 1, 0, NOW, NULL, NULL, '7BIT', NULL,"
                            + " NULL, 'relay@contoso.example', 'relay@contoso.example', 1, NULL, NULL, NULL, NULL, NULL,"
                            + " NOW, 0, NULL, 1, '<1.2@mfp>', NULL, NULL"),
            Map.entry("clock", "ID, NOW, NOW, 0"));

    private static final Set<String> MAIL = Set.of("message", "recipient", "chunk");

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void startsAndRepairs(boolean isMail, @TempDir Path directory) throws Exception {
        SqliteQueue.open(Settings.queue(directory), SteadyClock.system(), new Random(1))
                .close();
        Set<String> tables = ROWS.keySet().stream()
                .filter(table -> isMail == MAIL.contains(table))
                .collect(Collectors.toCollection(TreeSet::new));
        fill(directory, tables, 1_000);

        assertThatCode(() -> startAndStop(directory)).doesNotThrowAnyException();

        fill(directory, tables, 5_000);
        String found = damage(directory).toString();
        assertThat(tables)
                .allSatisfy(table -> assertThat(found)
                        .contains(
                                isMail
                                        ? "one of its rows has a value of a wrong type"
                                        : " rows of the table " + table + " have a value of a wrong type"));
        new QueueRepair(Settings.queue(directory), SteadyClock.system()).repair();
        assertThat(damage(directory)).isEmpty();
    }

    private static void fill(Path directory, Set<String> tables, int first) throws SQLException {
        for (String table : tables) {
            fill(directory, table, first, ROWS.getOrDefault(table, "").split(", ", -1));
        }
    }

    @ParameterizedTest
    @MethodSource("missing")
    void startsOrReportsDamageIfATableIsMissing(String table, @TempDir Path directory) throws Exception {
        SqliteQueue.open(Settings.queue(directory), SteadyClock.system(), new Random(1))
                .close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE " + table);
        }
        try {
            new Relay(Settings.of(directory, 1, MAILBOX), new LogJournal())
                    .start()
                    .stop();
        } catch (QueueUnavailableException e) {
            assertThat(e.reason()).isEqualTo(Reason.DAMAGED);
            assertThat(e).hasMessageContaining("queue verify");
        }
        assertThat(damage(directory)).isNotEmpty();
        new QueueRepair(Settings.queue(directory), SteadyClock.system()).repair();
        assertThat(damage(directory)).isEmpty();
    }

    static List<String> missing() {
        return Effort.isLong()
                ? List.copyOf(ROWS.keySet())
                : List.of("quota_usage", "paused_mailbox", "progress", "clock", "chunk", "message");
    }

    private static List<Finding> damage(Path directory) throws Exception {
        return new QueueVerifier(Settings.queue(directory), SteadyClock.system())
                .verify().stream().filter(Finding::isDamage).toList();
    }

    private static void startAndStop(Path directory) throws Exception {
        RunningRelay relay = new Relay(Settings.of(directory, 1, MAILBOX), new LogJournal()).start();
        try {
            relay.operations().status("test");
            relay.operations().mailboxes();
            relay.operations()
                    .reader()
                    .find(MessageFilter.ALL, Page.Order.OLDEST_FIRST, null, 1_000)
                    .entries()
                    .forEach(entry -> relay.operations().reader().show(entry.id()));
        } finally {
            relay.stop();
        }
    }

    /// Inserts one row for each garbage value in each column, if the table accepts it.
    ///
    /// @param first number of the first row
    private static void fill(Path directory, String table, int first, String... values) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            int number = first;
            for (int column = 0; column < values.length; column++) {
                for (String garbage : GARBAGE) {
                    number++;
                    List<String> row = new ArrayList<>(List.of(values));
                    row.set(column, garbage);
                    String text = String.join(", ", row)
                            .replace("ID", Integer.toString(number))
                            .replace("NOW", Long.toString(System.currentTimeMillis() + number));
                    try {
                        statement.execute("INSERT OR IGNORE INTO " + table + " VALUES (" + text + ")");
                    } catch (SQLException e) {
                        assertThat(e.getMessage()).contains("datatype mismatch"); // a row number must be an integer
                    }
                }
            }
            connection.commit();
        }
    }
}
