package org.o365relay.queue.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.QueueFixture;
import org.o365relay.queue.maintenance.Finding;
import org.o365relay.queue.maintenance.QueueRepair;
import org.o365relay.queue.maintenance.QueueRestore;
import org.o365relay.queue.maintenance.QueueVerifier;

/// A queue whose tables, indexes, triggers or views are not those of a queue.
@Timeout(60)
class ForeignSchemaTest {

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory.resolve("data"));
        fixture.accept("mail", ANNA);
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TRIGGER spy AFTER INSERT ON recipient BEGIN"
                        + " UPDATE recipient SET address = 'eve@evil.example' WHERE message_id = NEW.message_id; END",
                "CREATE VIEW copy AS SELECT * FROM message",
                "CREATE TABLE loot (content BLOB)",
                "CREATE INDEX own ON message (helo)",
                "CREATE UNIQUE INDEX few ON message (client)",
                "ALTER TABLE message ADD COLUMN extra TEXT",
                "ALTER TABLE quota_usage RENAME TO quota",
                "CREATE TABLE sqlite (a)",
                "DROP INDEX message_claim; CREATE INDEX message_claim ON message (helo) WHERE due_at IS NOT NULL",
                "CREATE VIRTUAL TABLE search USING fts5(content)"
            })
    void isRefusedAtAStartAndByARestoreFoundAndRepaired(String change) throws Exception {
        for (String statement : change.contains("TRIGGER") ? List.of(change) : List.of(change.split("; ", -1))) {
            fixture.execute(statement);
        }
        assertThatThrownBy(() -> SqliteQueue.open(fixture.settings(), fixture.clock.steady(), new Random(1)))
                .asInstanceOf(type(QueueUnavailableException.class))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED))
                .satisfies(e -> assertThat(e).hasMessageContaining("are not part of a queue"));

        QueueRestore restore = new QueueRestore(fixture.directory.resolveSibling("other"), fixture.clock);
        assertThatThrownBy(() -> restore.restore(fixture.directory.resolve("queue.db"), false, false))
                .asInstanceOf(type(QueueUnavailableException.class))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));
        assertThat(fixture.directory.resolveSibling("other/queue.db")).doesNotExist();

        assertThat(new QueueVerifier(fixture.settings(), fixture.clock).verify())
                .extracting(Finding::text)
                .anyMatch(text -> text.contains("which is not part of a queue") || text.contains("is missing"));
        new QueueRepair(fixture.settings(), fixture.clock).repair();
        assertThat(fixture.text(fixture.claimOne())).isEqualTo("mail");
        fixture.close();
        assertThat(new QueueVerifier(fixture.settings(), fixture.clock).verify())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CHECK (state <> \"--\") CHECK (length(state) > 99)",
                "CHECK (state <> '--') CHECK (length(state) > 99)",
                "CHECK (state <> `--`)",
                "/* ' */ CHECK (state <> 'a') /* ' */",
                "\"NOT\" \"NULL\"",
                "-- \"\n CHECK (state <> 'a') -- \"\n",
            })
    void aConstraintCannotHideBehindQuotesAndComments(String addition) {
        String ours = "CREATE TABLE t (state TEXT NOT NULL, id INTEGER)";
        String changed = "CREATE TABLE t (state TEXT NOT NULL " + addition + "\n, id INTEGER)";
        assertThat(Schema.normalized(changed)).isNotEqualTo(Schema.normalized(ours));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE \"t\"(state TEXT NOT NULL,id INTEGER)",
                "CREATE TABLE t ( -- don't\n\tstate TEXT NOT NULL, /* \"id\" */ \"id\" INTEGER)"
            })
    void commentsWhiteSpaceAndQuotesOfNamesMakeNoDifference(String definition) {
        assertThat(Schema.normalized(definition))
                .isEqualTo(Schema.normalized("CREATE TABLE t (state TEXT NOT NULL, id INTEGER)"));
    }

    @Test
    void statisticsOfTheDatabaseSystemAreNotForeign() {
        fixture.execute("ANALYZE");
        assertThat(fixture.text(fixture.claimOne())).isEqualTo("mail");
        fixture.close();
    }

    @Test
    void theDatabaseOfAnotherProgramIsNotChanged() throws Exception {
        QueueFixture other = new QueueFixture(fixture.directory.resolveSibling("other"));
        Files.createDirectories(other.directory);
        other.execute("CREATE TABLE customer (name TEXT)");
        assertThatThrownBy(() -> SqliteQueue.open(other.settings(), other.clock.steady(), new Random(1)))
                .asInstanceOf(type(QueueUnavailableException.class))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));
        assertThat(other.number("SELECT count(*) FROM sqlite_schema")).isEqualTo(1);
    }

    @Test
    void aNewerQueueIsReportedAsSuch() {
        fixture.execute("PRAGMA user_version = 99");
        assertThatThrownBy(() -> new QueueVerifier(fixture.settings(), fixture.clock).verify())
                .asInstanceOf(type(QueueUnavailableException.class))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NEWER_SCHEMA));
    }
}
