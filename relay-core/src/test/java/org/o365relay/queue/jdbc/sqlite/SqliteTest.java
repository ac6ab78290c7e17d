package org.o365relay.queue.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.queue.Claim;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.QueueFixture;
import org.o365relay.queue.jdbc.Statements;

@Timeout(120)
class SqliteTest {

    private static final long MIB = 1024L * 1024;

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        synchronous,        2, every commit is on disk before it is answered
        auto_vacuum,        2, space can be given back
        wal_autocheckpoint, 0, the writer does not checkpoint by itself
        busy_timeout,   10000, another program looking in does not fail us at once
        """)
    void configuresTheWriterForDurability(String pragma, long value, String why) {
        long actual = fixture.write(statements -> Sqlite.number(statements.connection(), "PRAGMA " + pragma));
        assertThat(actual).as(why).isEqualTo(value);
    }

    @Test
    void usesAWriteAheadLogAndSyncsCheckpoints() throws SQLException {
        fixture.queue();
        try (Connection connection = new Sqlite(fixture.directory).openCheckpointer();
                Statement statement = connection.createStatement();
                ResultSet mode = statement.executeQuery("PRAGMA journal_mode")) {
            assertThat(mode.getString(1)).isEqualTo("wal");
            assertThat(Sqlite.number(connection, "PRAGMA synchronous")).isEqualTo(2);
        }
    }

    @Test
    void noStatementReadsAWholeTable() throws SQLException {
        fixture.queue();
        Map<String, List<String>> plans = new TreeMap<>();
        try (Connection connection = fixture.connection()) {
            for (Map.Entry<String, String> text : Statements.texts().entrySet()) {
                plans.put(text.getKey(), QueueFixture.plan(connection, text.getValue()));
            }
        }
        assertThat(plans).hasSizeGreaterThan(20);
        plans.forEach((name, plan) -> assertThat(plan)
                .as(name)
                .allSatisfy(step -> assertThat(step)
                        // incoming: one row for each large message being received
                        // message_lease: one entry for each attempt in progress
                        // device, deviation, device_usage, device_day, failing_recipient: at most 10,000 devices
                        // quota_usage: 145 slots of the last day; sent_alert: a few a year; paused_mailbox: a few
                        // suppressed_notice: those of the last hour, read every minute
                        // message_claim, message_held: the summary counts open messages in their indexes alone;
                        // waiting messages are counted up to a limit, or once in 30 s; active_alert: a few
                        // each_client, each_value: rows of a recursion, one seek each
                        .matches("SEARCH .*|SCAN incoming.*|SCAN message USING INDEX message_lease"
                                + overviewOf(name)
                                + "|SCAN"
                                + " (device|deviation|device_usage|device_day|failing_recipient|quota_usage|sent_alert)|SCAN"
                                + " (paused_mailbox|suppressed_notice)|SCAN"
                                + " (active_alert|each_client|each_value|waiting)|CO-ROUTINE"
                                + " (each_client|each_value|waiting)|SETUP|RECURSIVE STEP|(CORRELATED )?(SCALAR|LIST)"
                                + " SUBQUERY \\d+")));
    }

    @Test
    void requiresAFileWithoutALogBeforeAReplacement() throws Exception {
        fixture.accept("in the log", ANNA);
        Sqlite queue = new Sqlite(fixture.directory);
        assertThatThrownBy(queue::requireNoLog)
                .isInstanceOf(QueueUnavailableException.class)
                .hasMessageContaining("another program has");
        fixture.close();
        queue.requireNoLog();
    }

    @Test
    void aReaderInAnotherProgramDelaysNoWriter() throws Exception {
        fixture.accept("first", ANNA);
        byte[] content = QueueFixture.content(1, (int) MIB);
        long before;
        try (Connection other = fixture.connection()) {
            other.setAutoCommit(false);
            assertThat(Sqlite.number(other, "SELECT count(*) FROM message")).isEqualTo(1);
            before = System.nanoTime();
            for (int i = 0; i < 90; i++) {
                fixture.accept(content, ANNA);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(9));
            assertThat(Sqlite.number(other, "SELECT count(*) FROM message")).isEqualTo(1);
            assertThat(walSize()).isGreaterThan(64 * MIB);
        }
        for (int i = 0; i < 60; i++) {
            fixture.accept(content, ANNA);
        }
        assertThat(walSize()).as("the log has restarted").isLessThan(140 * MIB);
    }

    @Test
    void shrinksAFileWithManyFreePages() throws IOException {
        byte[] content = QueueFixture.content(2, (int) MIB);
        for (int i = 0; i < 120; i++) {
            fixture.accept(content, ANNA);
        }
        fixture.accept("kept", ANNA);
        List<Claim> claims = new ArrayList<>(fixture.claim(120));
        claims.forEach(
                claim -> fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of()));
        assertThat(fixture.spare()).as("the housekeeper may have begun").isGreaterThan(64 * MIB);

        long spare = fixture.spare();
        fixture.returnFreeSpace();
        assertThat(fixture.spare()).isLessThan(spare);
        while (fixture.spare() > 64 * MIB) {
            fixture.returnFreeSpace();
        }
        long kept = fixture.spare();
        fixture.returnFreeSpace();
        assertThat(fixture.spare()).as("space kept for new mail").isEqualTo(kept);

        fixture.close();
        assertThat(Files.size(fixture.directory.resolve(Sqlite.FILE))).isLessThan(70 * MIB);
        assertThat(fixture.text(fixture.claimOne())).isEqualTo("kept");
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    private static String overviewOf(String name) {
        return switch (name) {
            case "open-by-mailbox-and-client", "count-waiting", "oldest-waiting" ->
                "|SCAN message USING COVERING INDEX message_claim";
            case "open-on-hold" -> "|SCAN message USING COVERING INDEX message_held";
            default -> "";
        };
    }

    private long walSize() throws IOException {
        return Files.size(fixture.directory.resolve(Sqlite.FILE + "-wal"));
    }
}
