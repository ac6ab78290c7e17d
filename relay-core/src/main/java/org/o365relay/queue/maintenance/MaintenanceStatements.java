package org.o365relay.queue.maintenance;

import java.sql.Connection;
import java.util.Map;
import org.o365relay.queue.jdbc.Statements;

/// The SQL statements in `maintenance.sql`, which verify, repair and restore a queue.
final class MaintenanceStatements {

    private static final Map<String, String> TEXTS =
            Statements.parse(Statements.resource(MaintenanceStatements.class, "maintenance.sql"));

    private MaintenanceStatements() {}

    /// @return the SQL texts by name
    static Map<String, String> texts() {
        return TEXTS;
    }

    /// @return these statements and those of `statements.sql`, for this connection
    static Statements on(Connection connection) {
        return new Statements(connection, TEXTS);
    }
}
