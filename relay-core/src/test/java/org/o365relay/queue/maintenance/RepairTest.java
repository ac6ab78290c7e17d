package org.o365relay.queue.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.QueueFixture;
import org.o365relay.queue.jdbc.sqlite.MaintenanceMarker;
import org.o365relay.queue.jdbc.sqlite.Sqlite;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.queue.maintenance.Finding.Kind;
import org.o365relay.queue.maintenance.QueueRepair.Report;

/// Every kind of damage is found, and after a repair every open message is either delivered by the queue or in
/// quarantine.
@Timeout(120)
class RepairTest {

    private static final int MESSAGES = 300;

    private final Map<String, QueueId> accepted = new TreeMap<>();
    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory.resolve("queue"));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void fill(int messages) {
        Map<String, CompletableFuture<List<QueueId>>> ids = new TreeMap<>();
        for (int i = 0; i < messages; i++) {
            fixture.clock.advance(Duration.ofMillis(10));
            String text = "message " + i + " " + "x".repeat(i % 9 * 700);
            ids.put(
                    text,
                    fixture.queue()
                            .intake()
                            .receive()
                            .commit(
                                    fixture.arrival(),
                                    QueueFixture.routed(QueueFixture.envelope(ANNA, BERT)),
                                    SearchableHeaders.NONE,
                                    text.getBytes(StandardCharsets.UTF_8)));
        }
        ids.forEach((text, id) -> accepted.put(text, id.join().getFirst()));
        for (Claim claim : fixture.claim(messages / 30)) {
            accepted.values().remove(claim.id());
            fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
        }
        for (Claim claim : fixture.claim(messages / 30)) {
            fixture.queue()
                    .claims()
                    .settle(
                            claim,
                            QueueFixture.deferred(claim, fixture.clock.instant().plus(Duration.ofMinutes(10))),
                            List.of(),
                            List.of());
        }
        fixture.close();
    }

    private List<Finding> verify() throws Exception {
        return new QueueVerifier(fixture.settings(), fixture.clock).verify();
    }

    private Report repair() throws Exception {
        fixture.clock.advance(Duration.ofSeconds(1));
        return new QueueRepair(fixture.settings(), fixture.clock).repair();
    }

    /// @return the content of every message that can be claimed
    private Set<String> served() {
        Set<String> served = new TreeSet<>();
        fixture.clock.advance(Duration.ofHours(1));
        List<Claim> claims = fixture.claim(100);
        while (!claims.isEmpty()) {
            claims.forEach(claim -> assertThat(served.add(fixture.text(claim))).isTrue());
            claims = fixture.claim(100);
        }
        return served;
    }

    private void assertThatNothingIsLost(Report report) throws IOException {
        Set<String> served = served();
        List<String> lost = new ArrayList<>();
        accepted.forEach((text, id) -> {
            if (!served.contains(text) && !Files.exists(report.quarantine().resolve(id + ".json"))) {
                lost.add(id + " " + text);
            }
        });
        assertThat(lost).as(report.toString()).isEmpty();
        assertThat(report.quarantine().resolve("queue.db")).exists();
    }

    @Test
    void findsNothingInAnIntactQueue() throws Exception {
        fill(50);
        fixture.accept("being delivered", ANNA);
        fixture.claim(3);
        fixture.receive(new byte[2 * Incoming.CHUNK_SIZE]);
        assertThat(verify()).isEmpty();
        fixture.close();
        assertThat(verify()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "message",
        "recipient",
        "chunk",
        "event",
        "device",
        "incoming",
        "quota_usage",
        "sent_alert",
        "device_usage",
        "device_day",
        "failing_recipient",
        "message_claim",
        "message_settled",
        "message_lease",
        "message_content",
        "message_bound",
        "message_reason",
        "event_message",
        "sqlite_autoindex_chunk_1"
    })
    void recoversReadableRowsIfARootPageIsDamaged(String name) throws Exception {
        fill(MESSAGES);
        fixture.corrupt(fixture.number("SELECT rootpage FROM sqlite_schema WHERE name = '" + name + "'"));
        assertThat(verify()).extracting(Finding::kind).contains(Kind.FILE);

        Report report = repair();

        assertThat(report.rebuilt()).isTrue();
        assertThatNothingIsLost(report);
        fixture.close();
        assertThat(verify()).filteredOn(Finding::isDamage).isEmpty();
        assertThat(fixture.inconsistencies())
                .allMatch(text -> text.contains("whose chunks") || text.contains("without recipients"));
    }

    @ParameterizedTest
    @CsvSource({
        "message,       leaf,     2, 30",
        "recipient,     leaf,     2, 60",
        "chunk,         leaf,     2, 30",
        "chunk,         overflow, 2, 1",
        "event,         leaf,     0, 0",
        "message_claim, leaf,     2, 0"
    })
    void losesOnlyTheRowsOfADamagedPage(String table, String kind, int page, int mostQuarantined) throws Exception {
        fill(MESSAGES);
        fixture.corrupt(fixture.number("SELECT pageno FROM dbstat WHERE name = '" + table + "' AND pagetype = '" + kind
                + "' ORDER BY pageno LIMIT 1 OFFSET " + page));
        assertThat(verify()).extracting(Finding::kind).contains(Kind.FILE);

        Report report = repair();

        assertThat(report.quarantined()).hasSizeLessThanOrEqualTo(mostQuarantined);
        assertThatNothingIsLost(report);
        assertThat(fixture.accept("new mail", ANNA)).isNotNull();
        fixture.close();
        assertThat(verify()).filteredOn(Finding::isDamage).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 100, 4096})
    void recoversADatabaseWithoutItsFirstPage(int octets) throws Exception {
        fill(MESSAGES);
        Path file = fixture.directory.resolve("queue.db");
        byte[] whole = Files.readAllBytes(file);
        System.arraycopy(QueueFixture.content(7, octets), 0, whole, 0, octets);
        Files.write(file, whole);
        assertThat(verify()).extracting(Finding::kind).containsOnly(Kind.FILE);

        Report report = repair();

        assertThat(report.quarantined()).isEmpty();
        assertThat(served()).containsExactlyElementsOf(accepted.keySet());
    }

    @Test
    void recoversFromDamageToAnySinglePage() throws Exception {
        fill(60);
        long pages = fixture.number("PRAGMA page_count");
        Path file = fixture.directory.resolve("queue.db");
        byte[] sound = Files.readAllBytes(file);
        for (long page = 1; page <= pages; page += 4) {
            Files.write(file, sound);
            fixture.corrupt(page);
            if (verify().stream().anyMatch(Finding::isDamage)) {
                assertThatNothingIsLost(repair());
                fixture.close();
                assertThat(verify())
                        .as("page %d", page)
                        .filteredOn(Finding::isDamage)
                        .isEmpty();
                new Sqlite(fixture.directory).delete();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        UPDATE message SET client = 'printer-3' WHERE id = $                           | MESSAGE | printer-3
        UPDATE message SET sender = 'a b' WHERE id = $                                 | MESSAGE | is not an address
        UPDATE message SET body = 'EBCDIC' WHERE id = $                                | MESSAGE | EBCDIC
        UPDATE message SET size = size + 1 WHERE id = $                                | MESSAGE | octets
        UPDATE recipient SET address = '' WHERE message_id = $                         | MESSAGE | is not an address
        UPDATE recipient SET state = 'delivered' WHERE message_id = $                  | MESSAGE | no open recipient
        DELETE FROM recipient WHERE message_id = $                                     | MESSAGE | recipient
        DELETE FROM chunk WHERE message_id = $                                         | MESSAGE | content
        UPDATE chunk SET ordinal = 3 WHERE message_id = $                              | MESSAGE | chunk 0
        UPDATE chunk SET checksum = 7 WHERE message_id = $                             | MESSAGE | does not match its checksum
        UPDATE message SET content_id = 7 WHERE id = $                                 | MESSAGE | content
        DELETE FROM message WHERE id = $                                               | MESSAGE | no message
        UPDATE message SET lease = 5, due_at = NULL, settled_at = 1 WHERE id = $       | INCONSISTENCY | leased
        UPDATE message SET due_at = NULL WHERE id = $                                  | INCONSISTENCY | neither
        UPDATE message SET settled_at = 1 WHERE id = $                                 | INCONSISTENCY | settled
        UPDATE message SET due_at = due_at + 31536000000 WHERE id = $                  | INCONSISTENCY | clock
        UPDATE message SET held_at = 1 WHERE id = $                                    | INCONSISTENCY | on hold
        UPDATE message SET priority = 9 WHERE id = $                                   | INCONSISTENCY | priority
        INSERT INTO incoming VALUES ($, 1)                                             | INCONSISTENCY | being received
        INSERT INTO recipient (message_id, ordinal, address, state) VALUES (7, 0, 'x', 'queued') | INCONSISTENCY | recipients
        INSERT INTO event (message_id, at, kind, upstream, detail) VALUES (7, 1, '', '', '')     | INCONSISTENCY | events
        """)
    void findsDamagedRowsAndFixesOrQuarantinesThem(String damage, Kind kind, String words) throws Exception {
        fill(40);
        QueueId id = accepted.values().iterator().next();
        fixture.execute(damage.replace("$", Long.toString(id.value())));

        assertThat(verify()).anySatisfy(finding -> {
            assertThat(finding.kind()).isEqualTo(kind);
            assertThat(finding.text()).contains(words);
        });
        Report report = repair();

        assertThat(report.rebuilt()).isFalse();
        assertThat(verify()).filteredOn(Finding::isDamage).isEmpty();
        if (kind == Kind.MESSAGE) {
            assertThat(report.quarantined()).singleElement().asString().contains(id.toString());
            assertThat(report.quarantine().resolve(id + ".json")).content().contains("\"id\":\"" + id);
            assertThat(report.quarantine().resolve(id + ".eml")).exists();
        }
        Set<String> served = served();
        assertThat(accepted.keySet().stream().filter(text -> !served.contains(text)))
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void putsAQuarantinedMessageOnHold() throws Exception {
        fill(20);
        QueueId id = accepted.values().iterator().next();
        fixture.execute("UPDATE chunk SET checksum = 7 WHERE message_id = " + id.value());
        Report report = repair();

        assertThat(fixture.queue().notices().history(id)).last().satisfies(event -> {
            assertThat(event.kind()).isEqualTo("damaged");
            assertThat(event.detail())
                    .contains("does not match its checksum", report.quarantine().toString());
        });
        assertThat(fixture.number("SELECT held_at IS NOT NULL AND due_at > 250000000000000 FROM message WHERE id = "
                        + id.value()))
                .isEqualTo(1);
        assertThat(Files.readString(report.quarantine().resolve(id + ".eml"), StandardCharsets.UTF_8))
                .startsWith("message ");
        assertThat(verify()).extracting(Finding::kind).containsExactly(Kind.NOTE);
    }

    @Test
    void leavesTheQueueOfARunningRelayUnchanged() {
        fixture.accept("mine", ANNA);
        assertThatThrownBy(this::repair)
                .isInstanceOf(QueueUnavailableException.class)
                .hasMessageContaining("in use");
    }

    @Test
    void keepsTheContentOfSettledMailThatIsKeptAndDeletesOther() throws Exception {
        KeepContent keep = new KeepContent(Duration.ofDays(7), Duration.ZERO, 1 << 20);
        fixture = new QueueFixture(fixture.directory.resolveSibling("keeping"), keep);
        fixture.accept("kept", ANNA);
        Claim claim = fixture.claimOne();
        fixture.queue().claims().settle(claim, QueueFixture.failed(claim), List.of(), List.of());
        fixture.close();
        assertThat(verify()).isEmpty();
        fixture.execute(
                "INSERT INTO message SELECT id + 1, received_at, client, helo, protocol, sender, smtp_utf8, notice,"
                        + " size, attempts, due_at, lease, settled_at, body, envelope_id, dsn_return, route, mailbox,"
                        + " priority, content_id, subject, message_id_header, reason, held_at, arrived_at, downtime,"
                        + " kept_from, fingerprint, new_message_id, NULL, header_changes FROM message");
        fixture.execute("INSERT INTO recipient SELECT message_id + 1, ordinal, address, state, dsn_notify,"
                + " original_recipient FROM recipient");
        fixture.execute("INSERT INTO chunk SELECT message_id + 1, ordinal, content, checksum FROM chunk");

        assertThat(verify()).singleElement().matches(finding -> finding.kind() == Kind.INCONSISTENCY);
        repair();

        assertThat(verify()).isEmpty();
        MessageDetail kept = fixture.queue().reader().show(claim.id()).orElseThrow();
        try (InputStream content = fixture.queue().reader().content(kept)) {
            assertThat(content.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("kept");
        }
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isEqualTo(1);
    }

    private Quarantine exchanging() throws IOException {
        fill(40);
        fixture.corrupt(fixture.number("SELECT rootpage FROM sqlite_schema WHERE name = 'message_claim'"));
        Quarantine quarantine = Quarantine.create(fixture.directory, fixture.clock.instant());
        quarantine.copyFiles(new Sqlite(fixture.directory));
        new MaintenanceMarker(fixture.directory).begin("queue verify --repair", quarantine.folder());
        return quarantine;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void continuesAKilledRepairBeforeARelayCanStart(boolean isThere) throws Exception {
        Quarantine quarantine = exchanging();
        Files.delete(fixture.directory.resolve("queue.db"));
        if (isThere) {
            Files.writeString(fixture.directory.resolve("queue.db"), "half of it");
        }

        assertThatThrownBy(() -> SqliteQueue.open(fixture.settings(), fixture.clock.steady(), new Random(1)))
                .isInstanceOf(QueueUnavailableException.class)
                .hasMessageContaining("queue verify --repair")
                .hasMessageContaining(quarantine.folder().toString());
        Report report = repair();

        assertThat(report.quarantine()).isEqualTo(quarantine.folder());
        assertThatNothingIsLost(report);
        assertThat(names()).doesNotContain("queue.unfinished", "queue-repair.db");
    }

    @Test
    void findsTheCopiedFilesInAMovedDirectory() throws Exception {
        exchanging();
        Files.delete(fixture.directory.resolve("queue.db"));
        Path elsewhere = fixture.directory.resolveSibling("elsewhere");
        Files.move(fixture.directory, elsewhere);
        fixture = new QueueFixture(elsewhere);

        Report report = repair();

        assertThat(report.quarantine()).startsWith(elsewhere);
        assertThatNothingIsLost(report);
    }

    @Test
    void changesNothingIfTheCopiedFilesAreMissing() throws Exception {
        Quarantine quarantine = exchanging();
        Path kept = Files.move(quarantine.folder(), fixture.directory.resolveSibling("lost"));
        byte[] before = Files.readAllBytes(fixture.directory.resolve("queue.db"));

        assertThatThrownBy(this::repair)
                .isInstanceOf(QueueUnavailableException.class)
                .hasMessageContaining(
                        quarantine.folder().resolve("queue.db").toString(), "nothing was changed", "queue.unfinished");
        assertThat(fixture.directory.resolve("queue.db")).hasBinaryContent(before);

        Files.move(kept, quarantine.folder());
        assertThatNothingIsLost(repair());
    }

    @Test
    void doesNotApplyTheOldLogToTheNewFile() throws Exception {
        fill(40);
        fixture.corrupt(fixture.number("SELECT rootpage FROM sqlite_schema WHERE name = 'message_claim'"));
        Path log = fixture.directory.resolve("queue.db-wal");
        Files.write(log, QueueFixture.content(3, 50_000));

        Report report = repair();

        assertThat(log).doesNotExist();
        assertThatNothingIsLost(report);
    }

    @Test
    void createsNoFileIfThereIsNoQueue() {
        assertThatThrownBy(this::repair)
                .isInstanceOf(QueueUnavailableException.class)
                .hasMessageContaining("there is no queue");
        assertThat(fixture.directory).doesNotExist();
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(fixture.directory)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
