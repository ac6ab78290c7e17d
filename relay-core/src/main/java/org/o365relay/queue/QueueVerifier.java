package org.o365relay.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.o365relay.queue.Finding.Kind;
import org.o365relay.queue.QueueUnavailableException.Reason;

/// Looks at a whole queue for damage, whether a relay runs or not. Changes nothing and holds nobody up; but while it
/// looks, the write-ahead log of a running relay cannot begin anew and grows.
public final class QueueVerifier {

    private final QueueSettings settings;
    private final InstantSource clock;

    public QueueVerifier(QueueSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /// Reads everything once: about as long as the disk takes to read the file.
    ///
    /// @return what is wrong, and what is good to know; empty if all is well
    /// @throws QueueUnavailableException with a message for the admin, if it cannot even be looked at
    public List<Finding> verify() throws QueueUnavailableException {
        try {
            return new OfflineQueue(settings.directory()).query(this::findings);
        } catch (QueueUnavailableException e) {
            if (e.reason() != Reason.DAMAGED) {
                throw e;
            }
            return List.of(new Finding(Kind.FILE, "the file is damaged from its beginning: it cannot be opened"));
        }
    }

    private List<Finding> findings(Statements statements) throws SQLException {
        Connection connection = statements.connection();
        List<Finding> findings = new ArrayList<>();
        long version = Sqlite.number(connection, "PRAGMA user_version");
        damages(connection, version).forEach(text -> findings.add(new Finding(Kind.FILE, text)));
        if (version < Sqlite.SCHEMA_VERSION) {
            findings.add(new Finding(
                    Kind.NOTE,
                    "an older o365-relay has written it (schema " + version + "): only the file was looked at, not the"
                            + " messages. The next start brings it up to date"));
            return findings;
        }
        try {
            new IntegrityCheck(statements, clock.instant(), settings.longestWait()).findings(findings::add);
        } catch (SQLException e) {
            if (!Sqlite.isUnreadable(e)) {
                throw e;
            }
            findings.add(new Finding(Kind.FILE, "not everything could be looked at: " + e.getMessage()));
        }
        return findings;
    }

    /// @return what is wrong with the file, apart from what is in its tables
    static List<String> damages(Connection connection, long version) throws SQLException {
        List<String> damages = new ArrayList<>(Sqlite.integrity(connection));
        try {
            Set<String> missing = Sqlite.structure(version);
            missing.removeAll(Sqlite.structure(connection));
            missing.forEach(part -> damages.add("the " + part + " is missing"));
        } catch (SQLException e) {
            if (!Sqlite.isUnreadable(e)) {
                throw e;
            }
            damages.add("what tables there are cannot be read: " + e.getMessage());
        }
        return damages;
    }
}
