package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.Priority;
import org.o365relay.mail.ReportRequest;

/// A new relay finds the queue of an old one.
@Timeout(60)
class UpgradeTest {

    private QueueHouse house;

    @BeforeEach
    void open(@TempDir Path directory) throws SQLException {
        house = new QueueHouse(directory);
        try (Connection connection = house.connection()) {
            Sqlite.execute(
                    connection, Statements.resource("sqlite/schema-1.sql").split(";\\s*\n"));
        }
        house.change("PRAGMA user_version = 1");
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void deliversWhatWasQueuedBefore() {
        house.change("INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, notice, size,"
                + " attempts, due_at) VALUES (7, 1, '10.0.0.7', 'mfp', 'ESMTP', 'a@b.example', 0, 0, 4, 3, 1)");
        house.change("INSERT INTO recipient VALUES (7, 0, 'anna@contoso.example', 'queued')");
        house.change("INSERT INTO chunk VALUES (7, 0, 'scan')");

        assertThat(house.queue().lanes()).containsExactly("");
        assertThat(house.queue().reading().overview().reasons())
                .as("it has been tried, nobody knows any more what came of it")
                .containsExactly(new GroupCount("unknown", 1, Instant.ofEpochMilli(1)));
        assertThat(house.claim(1)).as("nobody's yet").isEmpty();
        assertThat(house.queue().reroute("", _ -> new Destination(QueueHouse.MAILBOX, Priority.NORMAL)))
                .isEqualTo(1);
        Claim claim = house.claimOne();

        assertThat(house.text(claim)).isEqualTo("scan");
        assertThat(claim.attempts()).isEqualTo(4);
        assertThat(claim.envelope().body()).isEqualTo(BodyType.SEVEN_BIT);
        assertThat(claim.envelope().report()).isEqualTo(ReportRequest.NONE);
        assertThat(house.queue().settle(claim, QueueHouse.delivered(claim), List.of()))
                .isEmpty();
        assertThat(house.contradictions()).isEmpty();
    }

    @Test
    void keepsWhatVersionTwoKnows() throws SQLException {
        try (Connection connection = house.connection()) {
            Sqlite.execute(connection, Sqlite.schema(2));
        }
        house.change("PRAGMA user_version = 2");
        house.change("INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, body, notice,"
                + " size, attempts, due_at, envelope_id)"
                + " VALUES (7, 1, '10.0.0.7', 'mfp', 'ESMTP', 'a@b.example', 0, '8BITMIME', 0, 4, 3, 1, 'x1')");
        house.change("INSERT INTO recipient VALUES (7, 0, 'anna@contoso.example', 'queued', 'NEVER', NULL)");
        house.change("INSERT INTO chunk VALUES (7, 0, 'scan')");
        house.change("INSERT INTO spending VALUES ('10.0.0.7', 600000, 5)");

        house.queue().reroute("", stranded -> {
            assertThat(stranded.route()).isEmpty();
            return new Destination(QueueHouse.MAILBOX, stranded.priority());
        });
        Claim claim = house.claimOne();

        assertThat(house.text(claim)).isEqualTo("scan");
        assertThat(claim.priority()).isEqualTo(Priority.NORMAL);
        assertThat(claim.content()).isEqualTo(claim.id());
        assertThat(claim.envelope().body()).isEqualTo(BodyType.EIGHT_BIT);
        assertThat(claim.envelope().report().envelopeId()).isEqualTo("x1");
        assertThat(house.number("SELECT recipients FROM spending")).isEqualTo(5);
        assertThat(house.contradictions()).isEmpty();
    }

    @Test
    void upgradesOnce() {
        house.accept("new", QueueHouse.ANNA);
        house.close();
        house.clock.advance(Duration.ofSeconds(1));
        house.accept("newer", QueueHouse.ANNA);

        assertThat(house.number("PRAGMA user_version")).isEqualTo(4);
        assertThat(house.claim(10)).hasSize(2);
    }
}
