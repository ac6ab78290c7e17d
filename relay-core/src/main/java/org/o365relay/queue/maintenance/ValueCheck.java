package org.o365relay.queue.maintenance;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.o365relay.queue.jdbc.sqlite.Schema;
import org.o365relay.queue.jdbc.sqlite.Sqlite;

/// Finds values whose storage class does not match the declared type of their column: for example, text in an
/// INTEGER column or a blob in a TEXT column. SQLite does not prevent them. Text in a BLOB column is allowed,
/// because it is read as octets.
final class ValueCheck {

    /// The tables that are needed to deliver messages, and the column of each that contains the message ID. A
    /// message with a value of a wrong type in one of these tables is left for an operator to decide on; in
    /// other tables, a repair deletes the rows with such values.
    private static final Map<String, String> MESSAGE_COLUMNS =
            Map.of("message", "id", "recipient", "message_id", "chunk", "message_id");

    private final Connection connection;
    private final Map<String, String> conditions = new LinkedHashMap<>();

    ValueCheck(Connection connection) throws SQLException {
        this.connection = connection;
        Schema.columns(Schema.VERSION).forEach((table, columns) -> {
            List<String> wrong = new ArrayList<>();
            columns.forEach(
                    (column, type) -> wrong.add("typeof(" + column + ") NOT IN (" + stored(type) + ", 'null')"));
            conditions.put(table, String.join(" OR ", wrong));
        });
    }

    private static String stored(String type) {
        return switch (type) {
            case "INTEGER" -> "'integer'";
            case "TEXT" -> "'text'";
            case "BLOB" -> "'blob', 'text'"; // read as its octets
            default -> throw new IllegalArgumentException("unknown type of a column: " + type);
        };
    }

    /// @return one line for each table that has rows with a value of a wrong type, except the tables in
    ///     [#MESSAGE_COLUMNS]
    List<String> problems() throws SQLException {
        List<String> problems = new ArrayList<>();
        for (String table : otherTables()) {
            long count = Sqlite.number(connection, "SELECT count(*) FROM " + table + " WHERE " + conditions.get(table));
            if (count > 0) {
                problems.add(text(table, count));
            }
        }
        return problems;
    }

    /// Deletes the rows with a value of a wrong type. In the tables in [#MESSAGE_COLUMNS], deletes only the
    /// rows whose message ID is not an integer, because they belong to no message.
    ///
    /// @return one line for each table that was changed
    List<String> fix() throws SQLException {
        List<String> fixed = new ArrayList<>();
        for (String table : otherTables()) {
            delete(table, conditions.getOrDefault(table, ""), fixed);
        }
        for (Map.Entry<String, String> table : MESSAGE_COLUMNS.entrySet()) {
            delete(table.getKey(), "typeof(" + table.getValue() + ") <> 'integer'", fixed);
        }
        return fixed;
    }

    private void delete(String table, String condition, List<String> fixed) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int count = statement.executeUpdate("DELETE FROM " + table + " WHERE " + condition);
            if (count > 0) {
                fixed.add(text(table, count));
            }
        }
    }

    private Set<String> otherTables() throws SQLException {
        Set<String> tables = new TreeSet<>(conditions.keySet());
        tables.removeAll(MESSAGE_COLUMNS.keySet());
        tables.retainAll(Schema.columns(connection).keySet()); // missing tables are reported by QueueVerifier
        return tables;
    }

    private static String text(String table, long count) {
        return count + " rows of the table " + table + " have a value of a wrong type";
    }

    /// @return the IDs of the messages with a value of a wrong type in one of their rows
    Set<Long> messages() throws SQLException {
        Set<Long> ids = new TreeSet<>();
        for (Map.Entry<String, String> table : MESSAGE_COLUMNS.entrySet()) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT DISTINCT " + table.getValue() + " FROM "
                            + table.getKey() + " WHERE " + conditions.get(table.getKey()))) {
                while (row.next()) {
                    ids.add(row.getLong(1));
                }
            }
        }
        return ids;
    }
}
