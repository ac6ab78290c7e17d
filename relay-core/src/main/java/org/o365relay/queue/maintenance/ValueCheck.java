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

/// Finds values that are not of the type of their column, which SQLite does not prevent: text in a column of
/// numbers, or octets in a column of text. Text in a column of octets is read as octets.
final class ValueCheck {

    /// The columns with the IDs of the messages to which the rows of a table belong. Only an operator can decide
    /// about a message with such a value; the rows of other tables are deleted.
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

    /// @return one line for each table, other than those of messages, that has rows with such a value
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

    /// Deletes the rows with such a value, except those of messages; of these, those whose ID is such a value, so
    /// that they belong to no message.
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
        tables.retainAll(Schema.columns(connection).keySet()); // missing ones are reported elsewhere
        return tables;
    }

    private static String text(String table, long count) {
        return count + " rows of the table " + table + " have a value of a wrong type";
    }

    /// @return the IDs of the messages that have such a value in a row
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
