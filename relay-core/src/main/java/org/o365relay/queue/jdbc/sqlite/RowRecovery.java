package org.o365relay.queue.jdbc.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Copies the readable rows of a database with damaged pages into a new database.
///
/// A table needed to deliver mail is read in the order of its keys. After an unreadable row, reading continues
/// after the damaged page. Because it is not known which key comes first after that page, every possible key is
/// tried: row numbers in ascending order, or the message IDs found in other tables and in indexes.
public final class RowRecovery {

    /// If this many consecutive row numbers are unreadable, probably an interior page with many leaf pages is
    /// damaged, not a single leaf page. The next readable number is then found by a binary search.
    private static final int MAX_UNREADABLE = 1_000;

    private static final long LAST_NUMBER = 1L << 40;

    private static final Set<String> MAIL_TABLES = Set.of("chunk", "event", "incoming", "recipient", "message");

    private final Connection source;
    private final Connection target;
    private final Map<String, Integer> gaps = new LinkedHashMap<>();

    /// @param source a connection to the damaged database
    /// @param target a connection, with auto-commit off, to a new database with the schema version of the
    ///     damaged one
    public RowRecovery(Connection source, Connection target) {
        this.source = source;
        this.target = target;
    }

    /// @return one line for each table that could not be copied completely, and one if an index could not be
    ///     read
    public List<String> copy() throws SQLException {
        copyNumbered("chunk", "rowid");
        copyNumbered("event", "id");
        copyNumbered("incoming", "message_id");
        copyByMessage("recipient", "message_id", "message_id, ordinal");
        copyByMessage("message", "id", "id");
        if (gaps.containsKey("recipient")) {
            copyByMessage("recipient", "message_id", "message_id, ordinal");
            copyByMessage("message", "id", "id");
        }
        for (String table : otherTables()) {
            copySmall(table);
        }
        target.commit();
        return gaps.entrySet().stream()
                .map(gap -> "table " + gap.getKey() + " has unreadable rows in " + gap.getValue() + " places")
                .toList();
    }

    private List<String> otherTables() throws SQLException {
        List<String> names = new ArrayList<>();
        try (var statement = target.createStatement();
                ResultSet row = statement.executeQuery("SELECT name FROM sqlite_schema WHERE type = 'table'")) {
            while (row.next()) {
                names.add(row.getString(1));
            }
        }
        names.removeAll(MAIL_TABLES);
        return names;
    }

    private void copyNumbered(String table, String key) throws SQLException {
        TableCopy tableCopy = new TableCopy(table, key, key);
        tableCopy.prepareInsert("rowid".equals(key));
        long next = Long.MIN_VALUE;
        int unreadable = 0;
        while (next < LAST_NUMBER) {
            ReadResult result = tableCopy.copyFrom(next);
            if (result.isComplete()) {
                return;
            }
            countGap(table, result);
            unreadable = result.copied() > 0 ? 0 : unreadable + 1;
            long following = Math.max(next == Long.MIN_VALUE ? 0 : next, result.last()) + 1;
            next = unreadable < MAX_UNREADABLE ? following : tableCopy.firstReadable(following);
        }
    }

    /// Counts a gap once each time the table is read, no matter how many keys inside the gap are tried.
    private void countGap(String table, ReadResult result) {
        if (result.copied() > 0 || !gaps.containsKey(table)) {
            gaps.merge(table, 1, Integer::sum);
        }
    }

    private void copyByMessage(String table, String key, String order) throws SQLException {
        TableCopy tableCopy = new TableCopy(table, key, order);
        tableCopy.prepareInsert(false);
        NavigableSet<Long> candidateIds = null;
        long next = Long.MIN_VALUE;
        while (true) {
            ReadResult result = tableCopy.copyFrom(next);
            if (result.isComplete()) {
                return;
            }
            countGap(table, result);
            candidateIds = candidateIds == null ? candidateIds() : candidateIds;
            Long higher = candidateIds.higher(Math.max(next, result.last()));
            if (higher == null) {
                return;
            }
            next = higher;
        }
    }

    /// @return message IDs in the recovered tables and in the readable indexes of the damaged database
    private NavigableSet<Long> candidateIds() throws SQLException {
        NavigableSet<Long> ids = new TreeSet<>();
        for (String query : List.of(
                "SELECT message_id FROM chunk",
                "SELECT message_id FROM event",
                "SELECT message_id FROM recipient",
                "SELECT id FROM message")) {
            collect(target, query, ids);
        }
        for (String index : List.of("message_claim", "message_reason")) {
            collectReadable("SELECT id FROM message INDEXED BY " + index + " WHERE due_at IS NOT NULL", ids);
        }
        collectReadable("SELECT id FROM message INDEXED BY message_settled WHERE settled_at IS NOT NULL", ids);
        return ids;
    }

    private void collectReadable(String query, NavigableSet<Long> ids) {
        try {
            collect(source, query, ids);
        } catch (SQLException _) {
            gaps.merge("message (an index)", 1, Integer::sum);
        }
    }

    private static void collect(Connection from, String query, NavigableSet<Long> ids) throws SQLException {
        try (var statement = from.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                ids.add(row.getLong(1));
            }
        }
    }

    /// Copies a table that is not needed to deliver mail. A damaged table is read from both ends.
    private void copySmall(String table) throws SQLException {
        for (String order : List.of("", " DESC")) {
            TableCopy tableCopy = new TableCopy(table, "", order);
            tableCopy.prepareInsert(false);
            if (tableCopy.columns().isEmpty()) {
                return; // the source does not have this table
            }
            if (tableCopy.copyAll(order).isComplete()) {
                return;
            }
        }
        gaps.merge(table, 1, Integer::sum); // read from both ends: one gap, or several that cannot be told apart
    }

    /// Result of reading a table, from a first key or from one end.
    ///
    /// @param isComplete whether the end of the table was reached
    /// @param copied number of rows read, including those that the new database already contained
    /// @param last the last key read; the first key requested if no row was read
    private record ReadResult(boolean isComplete, int copied, long last) {}

    /// Copies one table.
    private final class TableCopy {

        private final String table;
        private final String key;
        private final String order;
        private List<String> columns = List.of();
        private @Nullable PreparedStatement insert;

        TableCopy(String table, String key, String order) {
            this.table = table;
            this.key = key;
            this.order = order;
        }

        List<String> columns() {
            return columns;
        }

        /// @param withRowid whether the implicit `rowid` is copied as well
        void prepareInsert(boolean withRowid) throws SQLException {
            List<String> common = new ArrayList<>(columnNames(source));
            common.retainAll(columnNames(target));
            columns = withRowid && !common.isEmpty() // empty if the source does not have this table
                    ? Stream.concat(Stream.of("rowid"), common.stream()).toList()
                    : common;
            if (!columns.isEmpty()) {
                insert = target.prepareStatement("INSERT INTO " + table + " (" + String.join(", ", columns)
                        + ") VALUES (" + columns.stream().map(_ -> "?").collect(Collectors.joining(", "))
                        + ") ON CONFLICT DO NOTHING");
            }
        }

        private List<String> columnNames(Connection connection) throws SQLException {
            List<String> names = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement("SELECT name FROM pragma_table_info(?)")) {
                statement.setString(1, table);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        names.add(row.getString(1));
                    }
                }
            }
            return names;
        }

        ReadResult copyFrom(long first) throws SQLException {
            if (columns.isEmpty()) {
                return new ReadResult(true, 0, first);
            }
            return copy(
                    "SELECT " + key + " AS recovered, " + String.join(", ", columns) + " FROM " + table + " WHERE "
                            + key + " >= " + first + " ORDER BY " + order,
                    first);
        }

        /// @param first a row number that is assumed to be unreadable
        /// @return a readable row number that directly follows an unreadable one; [#LAST_NUMBER] if none is
        ///     found
        long firstReadable(long first) throws SQLException {
            long unreadable = first;
            long step = 1;
            while (unreadable + step < LAST_NUMBER && !isReadable(unreadable + step)) {
                unreadable += step;
                step *= 2;
            }
            long readable = Math.min(unreadable + step, LAST_NUMBER);
            while (readable - unreadable > 1 && readable < LAST_NUMBER) {
                long middle = (readable + unreadable) >>> 1;
                if (isReadable(middle)) {
                    readable = middle;
                } else {
                    unreadable = middle;
                }
            }
            return readable;
        }

        private boolean isReadable(long number) throws SQLException {
            try (var statement = source.createStatement();
                    ResultSet row =
                            statement.executeQuery("SELECT 1 FROM " + table + " WHERE " + key + " = " + number)) {
                row.next();
                return true;
            } catch (SQLException e) {
                if (!Sqlite.isUnreadable(e)) {
                    throw e;
                }
                return false;
            }
        }

        /// @param direction ` DESC` to read backwards, otherwise empty
        ReadResult copyAll(String direction) throws SQLException {
            return copy(
                    "SELECT 0 AS recovered, " + String.join(", ", columns) + " FROM " + table + " ORDER BY "
                            + columns.getFirst() + direction,
                    0);
        }

        private ReadResult copy(String query, long first) throws SQLException {
            int copied = 0;
            long last = first;
            try (var statement = source.createStatement();
                    ResultSet row = statement.executeQuery(query)) {
                while (row.next()) {
                    long found = row.getLong("recovered");
                    if (found < last) {
                        return new ReadResult(false, copied, last); // keys not ascending: a page of another table
                    }
                    last = found;
                    copied++;
                    insert(row);
                }
                return new ReadResult(true, copied, last);
            } catch (SQLException e) {
                if (!Sqlite.isUnreadable(e)) {
                    throw e;
                }
                return new ReadResult(false, copied, last);
            }
        }

        private void insert(ResultSet row) throws SQLException {
            PreparedStatement into = Objects.requireNonNull(insert);
            for (int i = 0; i < columns.size(); i++) {
                into.setObject(i + 1, row.getObject(i + 2));
            }
            try {
                into.executeUpdate();
            } catch (SQLException e) {
                if (!Sqlite.isConstraintViolation(e)) {
                    throw e;
                }
                gaps.merge(table, 1, Integer::sum);
            }
        }
    }
}
