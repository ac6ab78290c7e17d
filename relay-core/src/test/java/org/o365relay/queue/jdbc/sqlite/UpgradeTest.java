package org.o365relay.queue.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.net.InetAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.UsageSlot;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Destination;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.PausedMailbox;
import org.o365relay.queue.StoredAlert;
import org.o365relay.queue.SuppressedNotices;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.QueueFixture;
import org.o365relay.queue.jdbc.Statements;
import org.o365relay.queue.maintenance.QueueRepair;

/// Upgrades of the tables from older versions.
@Timeout(60)
class UpgradeTest {

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) throws SQLException {
        fixture = new QueueFixture(directory);
        try (Connection connection = fixture.connection()) {
            Sqlite.execute(
                    connection,
                    Statements.resource(Sqlite.class, "schema-1.sql").split(";\\s*\n"));
        }
        fixture.execute("PRAGMA user_version = 1");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void deliversMessagesQueuedBeforeTheUpgrade() {
        fixture.execute("INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, notice, size,"
                + " attempts, due_at) VALUES (7, 1, '10.0.0.7', 'mfp', 'ESMTP', 'a@b.example', 0, 0, 4, 3, 1)");
        fixture.execute("INSERT INTO recipient VALUES (7, 0, 'anna@contoso.example', 'queued')");
        fixture.execute("INSERT INTO chunk VALUES (7, 0, 'scan')");

        assertThat(fixture.queue().routes().names()).containsExactly("");
        assertThat(fixture.queue().reader().summary().reasons())
                .as("it was tried, with an unknown result")
                .containsExactly(new GroupCount("unknown", 1, Instant.ofEpochMilli(1)));
        assertThat(fixture.claim(1)).as("no mailbox serves it yet").isEmpty();
        assertThat(fixture.queue().routes().reroute("", _ -> new Destination(QueueFixture.MAILBOX, Priority.NORMAL)))
                .isEqualTo(1);
        Claim claim = fixture.claimOne();

        assertThat(fixture.text(claim)).isEqualTo("scan");
        assertThat(claim.attempts()).isEqualTo(4);
        assertThat(claim.envelope().body()).isEqualTo(BodyType.SEVEN_BIT);
        assertThat(claim.envelope().dsnRequest()).isEqualTo(DsnRequest.NONE);
        assertThat(fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of()))
                .isEmpty();
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void keepsTheRowsOfVersionTwo() throws SQLException {
        try (Connection connection = fixture.connection()) {
            Sqlite.execute(connection, Schema.statements(2));
        }
        fixture.execute("PRAGMA user_version = 2");
        fixture.execute("INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, body, notice,"
                + " size, attempts, due_at, envelope_id)"
                + " VALUES (7, 1, '10.0.0.7', 'mfp', 'ESMTP', 'a@b.example', 0, '8BITMIME', 0, 4, 3, 1, 'x1')");
        fixture.execute("INSERT INTO recipient VALUES (7, 0, 'anna@contoso.example', 'queued', 'NEVER', NULL)");
        fixture.execute("INSERT INTO chunk VALUES (7, 0, 'scan')");
        fixture.execute("INSERT INTO spending VALUES ('10.0.0.7', 600000, 5)");

        fixture.queue().routes().reroute("", stranded -> {
            assertThat(stranded.route()).isEmpty();
            return new Destination(QueueFixture.MAILBOX, stranded.priority());
        });
        Claim claim = fixture.claimOne();

        assertThat(fixture.text(claim)).isEqualTo("scan");
        assertThat(claim.priority()).isEqualTo(Priority.NORMAL);
        assertThat(claim.content()).isEqualTo(claim.id());
        assertThat(claim.envelope().body()).isEqualTo(BodyType.EIGHT_BIT);
        assertThat(claim.envelope().dsnRequest().envelopeId()).isEqualTo("x1");
        assertThat(fixture.number("SELECT recipients FROM device_usage")).isEqualTo(5);
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    /// A queue of version 4 with a row in every table that version 5 renames.
    private void versionFour() throws SQLException {
        try (Connection connection = fixture.connection()) {
            for (int version = 2; version <= 4; version++) {
                Sqlite.execute(connection, Schema.statements(version));
            }
        }
        for (String statement : List.of(
                "PRAGMA user_version = 4",
                "INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, body, notice, size,"
                        + " attempts, due_at, envelope_id, returned, route, lane, subject, header_id, reason)"
                        + " VALUES (7, 1, '10.0.0.7', 'mfp', 'ESMTP', 'a@b.example', 0, '7BIT', 0, 4, 3, 1, 'x1',"
                        + " 'HEADERS', 'pool', 'relay@contoso.example', 'Scan', '<1@mfp>', 'server-busy')",
                "INSERT INTO recipient VALUES (7, 0, 'anna@contoso.example', 'queued', 'FAILURE,DELAY',"
                        + " 'rfc822;anna@old.example')",
                "INSERT INTO chunk (message_id, ordinal, content) VALUES (7, 0, 'scan')",
                "INSERT INTO device VALUES ('10.0.0.7', 'mfp', 1, 2, 3, 4, 5)",
                "INSERT INTO spending VALUES ('10.0.0.7', 600000, 5)",
                "INSERT INTO sent VALUES ('relay@contoso.example', 600000, 6)",
                "INSERT INTO told VALUES ('expiring client secret', 8)",
                "INSERT INTO stopped VALUES ('paused@contoso.example', 9, 'Eva')",
                "INSERT INTO withheld VALUES (7, 'delayed', '10.0.0.7', 'a@b.example', 10)",
                "INSERT INTO alert VALUES ('lane-paused relay@contoso.example', 11, 'No mail', 'text', 'advice', 1)",
                "INSERT INTO alert VALUES ('disk-full', 12, 'Disk', 'text', '', 0)",
                "INSERT INTO mark VALUES ('delay-warnings', '13')",
                "INSERT INTO mark VALUES ('reports relay@contoso.example', 'there')",
                "INSERT INTO mark VALUES ('other', 'value')")) {
            fixture.execute(statement);
        }
        for (String kind : List.of("deferred", "held", "put-on-hold", "released", "warned", "returned", "bounced")) {
            fixture.execute(
                    "INSERT INTO event (message_id, at, recipient, kind, upstream, detail) VALUES (7, 1, NULL, '" + kind
                            + "', '', '" + kind + "')");
        }
    }

    @Test
    void keepsEveryRowOfVersionFour() throws SQLException {
        versionFour();
        JdbcQueue queue = fixture.queue();

        assertThat(queue.pausedMailboxes().all())
                .containsExactly(new PausedMailbox("paused@contoso.example", Instant.ofEpochMilli(9), "Eva"));
        assertThat(queue.notices().suppressedNotices(Instant.ofEpochMilli(10)))
                .containsExactly(new SuppressedNotices(
                        InetAddress.ofLiteral("10.0.0.7"),
                        EmailAddress.parse("a@b.example").orElseThrow(),
                        1,
                        Instant.ofEpochMilli(10),
                        Instant.ofEpochMilli(10)));
        assertThat(queue.claims().quotaUsage("relay@contoso.example", Instant.ofEpochMilli(1_100_000)))
                .containsExactly(new UsageSlot(Instant.ofEpochMilli(600_000), 6));
        assertThat(queue.devices().all())
                .singleElement()
                .extracting(DeviceRecord::usage)
                .isEqualTo(List.of(new UsageSlot(Instant.ofEpochMilli(600_000), 5)));
        assertThat(queue.oneTimeAlerts().sentAt("expiring client secret")).contains(Instant.ofEpochMilli(8));
        assertThat(queue.alerts().active())
                .containsExactly(
                        new StoredAlert(
                                "mailbox-blocked relay@contoso.example",
                                Instant.ofEpochMilli(11),
                                "No mail",
                                "text",
                                "advice",
                                true),
                        new StoredAlert("disk-full", Instant.ofEpochMilli(12), "Disk", "text", "", false));
        assertThat(queue.ndrs().position("delay-notices")).contains("13");
        assertThat(queue.ndrs().position("ndr relay@contoso.example")).contains("there");
        assertThat(queue.ndrs().position("other")).contains("value");
        assertThat(fixture.number("SELECT count(*) FROM progress")).isEqualTo(3);
    }

    @Test
    void renamesTheKindsOfEventsOfVersionFour() throws SQLException {
        versionFour();
        assertThat(fixture.queue().notices().history(new QueueId(7)))
                .extracting(HistoryEntry::detail, HistoryEntry::kind)
                .containsExactly(
                        tuple("deferred", "deferred"),
                        tuple("held", "postponed"),
                        tuple("put-on-hold", "held"),
                        tuple("released", "released"),
                        tuple("warned", "delayed"),
                        tuple("returned", "ndr"),
                        tuple("bounced", "bounced"));
    }

    @Test
    void renamesTheDeviationsOfVersionFour() throws SQLException {
        versionFour();
        for (String name : List.of(
                "nul",
                "odd-helo",
                "blank-before-address",
                "bad-parameter",
                "needless-argument",
                "lenient-end",
                "several-from",
                "tls-on-plain-port",
                "talk-before-tls",
                "unasked-login",
                "wrong-login",
                "bad-command",
                "too-slow",
                "cut-off")) {
            fixture.execute("INSERT INTO deviation VALUES ('10.0.0.7', '" + name + "', 2)");
        }

        DeviceRecord device = fixture.queue().devices().all().getFirst();

        Set<Deviation> renamed = EnumSet.of(
                Deviation.NUL,
                Deviation.INVALID_HELO,
                Deviation.SPACE_BEFORE_ADDRESS,
                Deviation.INVALID_PARAMETER,
                Deviation.UNEXPECTED_ARGUMENT,
                Deviation.NONSTANDARD_END_OF_DATA,
                Deviation.MULTIPLE_FROM,
                Deviation.TLS_ON_PLAINTEXT_PORT,
                Deviation.PIPELINED_STARTTLS,
                Deviation.UNSOLICITED_AUTH,
                Deviation.AUTH_FAILED,
                Deviation.INVALID_COMMAND,
                Deviation.TIMEOUT,
                Deviation.DISCONNECT_IN_MESSAGE);
        assertThat(device.deviations()).containsOnlyKeys(renamed);
        assertThat(device.deviations().values()).containsOnly(2L);
        assertThat(device.rejections()).isEqualTo(5);
    }

    @Test
    void deliversTheMessagesOfVersionFour() throws SQLException {
        versionFour();
        MessageDetail shown = fixture.queue().reader().show(new QueueId(7)).orElseThrow();
        assertThat(shown.entry().mailbox()).isEqualTo(QueueFixture.MAILBOX);
        assertThat(shown.entry().messageId()).isEqualTo("<1@mfp>");

        Claim claim = fixture.claimOne();

        assertThat(claim.route()).isEqualTo("pool");
        assertThat(claim.attempts()).isEqualTo(4);
        assertThat(fixture.text(claim)).isEqualTo("scan");
        DsnRequest report = claim.envelope().dsnRequest();
        assertThat(report.returned()).isEqualTo(DsnRequest.ReturnedContent.HEADERS);
        assertThat(report.of(QueueFixture.ANNA).conditions())
                .containsExactlyInAnyOrder(DsnRequest.NotifyCondition.FAILURE, DsnRequest.NotifyCondition.DELAY);
        assertThat(report.of(QueueFixture.ANNA).originalRecipient())
                .map(OriginalRecipient::parameter)
                .contains("rfc822;anna@old.example");
        fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void repairsADamagedQueueOfVersionFourByItsOwnColumnNames() throws Exception {
        versionFour();
        fixture.corrupt(fixture.number("SELECT rootpage FROM sqlite_schema WHERE name = 'event_message'"));

        QueueRepair.Report report = new QueueRepair(fixture.settings(), fixture.clock).repair();

        assertThat(report.rebuilt()).isTrue();
        assertThat(report.quarantined()).isEmpty();
        assertThat(fixture.number("PRAGMA user_version")).isEqualTo(Schema.VERSION);
        keepsRenamedRows();
        assertThat(fixture.text(fixture.claimOne())).isEqualTo("scan");
    }

    private void keepsRenamedRows() {
        assertThat(fixture.queue().pausedMailboxes().all()).hasSize(1);
        assertThat(fixture.queue().alerts().active()).hasSize(2);
        assertThat(fixture.queue().ndrs().position("delay-notices")).contains("13");
        assertThat(fixture.number("SELECT recipients FROM device_usage")).isEqualTo(5);
        assertThat(fixture.number("SELECT recipients FROM quota_usage")).isEqualTo(6);
        assertThat(fixture.number("SELECT count(*) FROM suppressed_notice")).isEqualTo(1);
        assertThat(fixture.number("SELECT at FROM sent_alert")).isEqualTo(8);
        assertThat(fixture.number("SELECT count(*) FROM event WHERE kind = 'postponed'"))
                .isEqualTo(1);
    }

    @Test
    void countsTheDaysOfDevicesFromVersionEightOn() throws SQLException {
        versionFour();
        try (Connection connection = fixture.connection()) {
            for (int version = 5; version <= 7; version++) {
                Sqlite.execute(connection, Schema.statements(version));
            }
        }
        fixture.execute("PRAGMA user_version = 7");
        fixture.execute("INSERT INTO deviation VALUES ('10.0.0.7', 'nul', 6)");

        DeviceRecord device = fixture.queue().devices().all().getFirst();

        assertThat(device.messages()).isEqualTo(3);
        assertThat(device.octets()).isEqualTo(4);
        assertThat(device.rejections()).isEqualTo(5);
        assertThat(device.deviations()).containsExactly(Map.entry(Deviation.NUL, 6L));
        assertThat(device.usage()).containsExactly(new UsageSlot(Instant.ofEpochMilli(600_000), 5));
        assertThat(device.days()).isEmpty();
        assertThat(device.failing()).isEmpty();
        assertThat(fixture.text(fixture.claimOne())).isEqualTo("scan");
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void upgradesOnce() {
        fixture.accept("new", QueueFixture.ANNA);
        fixture.close();
        fixture.clock.advance(Duration.ofSeconds(1));
        fixture.accept("newer", QueueFixture.ANNA);

        assertThat(fixture.number("PRAGMA user_version")).isEqualTo(Schema.VERSION);
        assertThat(fixture.claim(10)).hasSize(2);
    }

    @Test
    void renamesTheReasonsOfVersionFour() throws SQLException {
        versionFour();
        fixture.execute("UPDATE message SET reason = 'penalty-licence'");
        fixture.execute("UPDATE event SET reason = 'penalty-licence' WHERE kind = 'deferred'");

        fixture.queue();

        assertThat(fixture.number("SELECT count(*) FROM message WHERE reason = 'penalty-license'"))
                .isEqualTo(1);
        assertThat(fixture.number("SELECT count(*) FROM event WHERE reason = 'penalty-license'"))
                .isEqualTo(1);
    }
}
