package org.o365relay.queue.maintenance;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.ClockTable;
import org.o365relay.queue.jdbc.Statements;
import org.o365relay.queue.jdbc.sqlite.ReadOnlyQueue;
import org.o365relay.queue.jdbc.sqlite.Schema;
import org.o365relay.queue.jdbc.sqlite.Sqlite;
import org.o365relay.queue.maintenance.Finding.Kind;
import org.o365relay.time.SteadyClock;
import org.o365relay.time.SteadyClock.Reading;

/// Checks a whole queue for damage, whether or not a relay is running. Changes nothing and does not delay a
/// running relay, but the relay's write-ahead log cannot be reset during the check, so it grows.
public final class QueueVerifier {

    private final QueueSettings settings;
    private final InstantSource clock;
    private final Sqlite queue;

    public QueueVerifier(QueueSettings settings, InstantSource clock) {
        this.queue = new Sqlite(settings.directory());
        this.settings = settings;
        this.clock = clock;
    }

    /// Checks the whole file first, and then every message. The messages are not checked if an older relay
    /// wrote the queue.
    ///
    /// @return the findings; empty if there are none
    /// @throws QueueUnavailableException with a message for the admin if the queue cannot be read for a reason
    ///     other than damage, or if a newer relay wrote it
    public List<Finding> verify() throws QueueUnavailableException {
        try {
            return new ReadOnlyQueue(settings.directory()).query(statements -> findings(statements.connection()));
        } catch (QueueUnavailableException e) {
            if (e.reason() != Reason.DAMAGED) {
                throw e;
            }
            return List.of(new Finding(Kind.FILE, "the file cannot be opened as a database: its beginning is damaged"));
        }
    }

    private List<Finding> findings(Connection connection) throws SQLException, QueueUnavailableException {
        List<Finding> findings = new ArrayList<>();
        long version = queue.version(connection);
        problems(connection, version).forEach(text -> findings.add(new Finding(Kind.FILE, text)));
        if (version < Schema.VERSION) {
            findings.add(new Finding(
                    Kind.NOTE,
                    "an older o365-relay wrote the queue (schema " + version + "): the file was checked, its messages"
                            + " were not. The next startup upgrades it"));
            return findings;
        }
        try {
            Statements statements = MaintenanceStatements.on(connection);
            Reading now =
                    ClockTable.last(statements, SteadyClock.following(clock)).reading();
            new IntegrityCheck(statements, now, settings.longestWait()).findings(findings::add);
        } catch (SQLException e) {
            if (!Sqlite.isUnreadable(e) && findings.isEmpty()) { // for example, one of the tables is missing
                throw e;
            }
            findings.add(new Finding(
                    Kind.FILE,
                    "the check is incomplete because part of the file is missing or cannot be read: "
                            + e.getMessage()));
        }
        return findings;
    }

    /// @return damage to the file and the database structure, and objects in the schema that are not part of a
    ///     queue, one line each; the messages are not checked
    static List<String> problems(Connection connection, long version) throws SQLException {
        List<String> problems = new ArrayList<>(Sqlite.integrity(connection));
        try {
            Set<String> missing = Schema.structure(version);
            missing.removeAll(Schema.structure(connection));
            missing.forEach(part -> problems.add("the " + part + " is missing"));
            Schema.foreignObjects(connection, version)
                    .forEach(part -> problems.add("the schema has an " + part + ", which is not part of a queue"));
        } catch (SQLException e) {
            if (!Sqlite.isUnreadable(e)) {
                throw e;
            }
            problems.add("the list of tables cannot be read: " + e.getMessage());
        }
        return problems;
    }
}
