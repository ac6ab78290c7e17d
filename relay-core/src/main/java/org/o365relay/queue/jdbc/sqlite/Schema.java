package org.o365relay.queue.jdbc.sqlite;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;
import org.o365relay.queue.jdbc.Statements;

/// The versions of the database schema. The file `schema-N.sql` upgrades the previous version to version N.
public final class Schema {

    static final int FIRST_WITH_DEVICES = 2;
    static final int FIRST_WITH_QUOTA_USAGE = 3;

    /// The schema version that this relay uses.
    public static final int VERSION = 5;

    private Schema() {}

    /// @return the SQL statements that upgrade the previous version of the schema to `version`
    public static String[] statements(long version) {
        return Statements.resource(Schema.class, "schema-" + version + ".sql").split(";\\s*\n");
    }

    /// @return one description for each table column and each index, including its name
    public static Set<String> structure(Connection connection) throws SQLException {
        Set<String> parts = new TreeSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT 'column ' || p.name || ' of table ' || s.name"
                        + " FROM sqlite_schema s JOIN pragma_table_info(s.name) p WHERE s.type = 'table'"
                        + " UNION ALL SELECT 'index ' || name FROM sqlite_schema WHERE type = 'index'")) {
            while (row.next()) {
                parts.add(row.getString(1));
            }
        }
        return parts;
    }

    /// @return the [structure][#structure(Connection)] of a new queue that has this schema version
    public static Set<String> structure(long version) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            for (long step = 1; step <= version; step++) {
                Sqlite.execute(connection, statements(step));
            }
            return structure(connection);
        }
    }
}
