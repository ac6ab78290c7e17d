package org.o365relay.queue.jdbc.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.Statements;

/// The versions of the database schema. The file `schema-N.sql` upgrades the previous version to version N.
public final class Schema {

    static final int FIRST_WITH_DEVICES = 2;
    static final int FIRST_WITH_QUOTA_USAGE = 3;

    /// The schema version that this relay uses.
    public static final int VERSION = 9;

    /// The parts of a definition. In this schema, names are in lower case and keywords in upper
    /// case. A quoted word is therefore a name only if it is in lower case.
    private static final Pattern PART = Pattern.compile(
            "(?<ignored>--[^\\n]*+|/\\*(?:[^*]|\\*(?!/))*+(?:\\*/)?|[ \\t\\n\\f\\r]++)"
                    + "|\"(?<name>[a-z_0-9]++)\"|\"[^\"]*+\"?|'[^']*+'?|`[^`]*+`?|\\[[^]]*+]?|\\w++|.",
            Pattern.DOTALL);

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
        try (Connection connection = create(version)) {
            return structure(connection);
        }
    }

    private static Connection create(long version) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
        for (long step = 1; step <= version; step++) {
            Sqlite.execute(connection, statements(step));
        }
        return connection;
    }

    /// @return the declared type of each column, by table and column
    public static Map<String, Map<String, String>> columns(Connection connection) throws SQLException {
        Map<String, Map<String, String>> columns = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT s.name, p.name, p.type FROM sqlite_schema s"
                        + " JOIN pragma_table_info(s.name) p WHERE s.type = 'table'")) {
            while (row.next()) {
                columns.computeIfAbsent(row.getString(1), _ -> new LinkedHashMap<>())
                        .put(row.getString(2), row.getString(3));
            }
        }
        return columns;
    }

    /// @return the [columns][#columns(Connection)] of a new queue that has this schema version
    public static Map<String, Map<String, String>> columns(long version) throws SQLException {
        try (Connection connection = create(version)) {
            return columns(connection);
        }
    }

    /// @return a description of each trigger, view, table and index that a new queue with this schema version
    ///     does not have, or that is defined differently; those that the database system itself creates are
    ///     left out
    public static List<String> foreignObjects(Connection connection, long version) throws SQLException {
        Map<String, String> expected;
        try (Connection fresh = create(version)) {
            expected = objects(fresh);
        }
        List<String> foreign = new ArrayList<>();
        objects(connection).forEach((name, definition) -> {
            String ours = expected.get(name);
            if (ours == null) {
                foreign.add("unknown " + name);
            } else if (!ours.equals(definition)) {
                foreign.add("changed " + name);
            }
        });
        return foreign;
    }

    /// @throws QueueUnavailableException if the database has a trigger, view, table or index that is not part
    ///     of a queue of this version, or a changed one: it could change or leak mail
    static void requireNoForeignObjects(Connection connection, long version, Path file)
            throws SQLException, QueueUnavailableException {
        List<String> foreign = foreignObjects(connection, version);
        if (!foreign.isEmpty()) {
            throw new QueueUnavailableException(
                    Reason.DAMAGED,
                    file + " contains objects that are not part of a queue (" + String.join(", ", foreign)
                            + "); nothing was changed. Find out who changed it; \"o365-relay queue verify --repair\""
                            + " copies only the mail into a new database");
        }
    }

    /// @return the definition without comments outside quotes, with one space between adjacent parts, and
    ///     without quotes around names; these details vary with the version of SQLite that last renamed a
    ///     column
    static String normalized(String definition) {
        return PART.matcher(definition)
                .results()
                .filter(part -> part.group("ignored") == null)
                .map(part -> part.group("name") == null ? part.group() : part.group("name"))
                .collect(Collectors.joining(" "));
    }

    /// @return the [normalized][#normalized] definition of each object, by its type and name
    private static Map<String, String> objects(Connection connection) throws SQLException {
        Map<String, String> objects = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE NOT (type = 'index' AND sql IS NULL"
                                + " AND name LIKE 'sqlite_autoindex_%') AND NOT (type = 'table' AND name IN"
                                + " ('sqlite_stat1', 'sqlite_stat4', 'sqlite_sequence'))")) {
            while (row.next()) {
                String definition = row.getString(2);
                objects.put(String.valueOf(row.getString(1)), definition == null ? "" : normalized(definition));
            }
        }
        return objects;
    }

    /// @return whether a table or column is missing; all are created when the queue is opened, so this means
    ///     damage
    static boolean isMissing(SQLException e) {
        return String.valueOf(e.getMessage()).matches(".*no such (table|column).*");
    }
}
