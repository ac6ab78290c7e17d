package org.o365relay.queue.jdbc.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.o365relay.queue.QueueUnavailableException;

/// Replaces a damaged first page of a database. The first page is the root of the schema, which names the root
/// page of each table. With `auto_vacuum`, SQLite keeps all root pages at the beginning of the file, and their
/// order depends only on the statements that created and dropped the tables and indexes, so a new queue of the
/// same version has the same root page numbers.
///
/// With the replacement, the tables can be read but must not be written: the replacement lists no indexes and
/// no free pages.
public final class FirstPage {

    private static final int SIZE = 4_096;

    // https://www.sqlite.org/fileformat2.html#the_database_header
    private static final int FORMAT_VERSIONS = 18;
    private static final byte WAL_FORMAT = 2;
    private static final int PAGE_COUNT = 28;
    private static final int FIRST_FREE_PAGE = 32;
    private static final int FREE_PAGES = 36;

    private FirstPage() {}

    /// A table of a new queue.
    ///
    /// @param statement the statement that creates the table, without the constraints that matter only for
    ///     writes
    private record Table(String name, int rootPage, String statement) {}

    /// Overwrites the first page of a copy of a damaged queue with a readable one.
    ///
    /// @param version schema version of the damaged queue
    /// @param scratch folder for temporary files
    public static void graft(Sqlite copy, long version, Path scratch)
            throws IOException, SQLException, QueueUnavailableException {
        Sqlite fresh = new Sqlite(scratch, "fresh.db");
        Sqlite skeleton = new Sqlite(scratch, "skeleton.db");
        fresh.delete();
        skeleton.delete();
        List<Table> tables;
        try (Connection connection = fresh.openWriter()) {
            fresh.upgrade(connection, version);
            tables = tables(connection);
            connection.commit();
        }
        writeSchema(skeleton, tables, version);
        ByteBuffer page = read(skeleton.file());
        page.putInt(PAGE_COUNT, Math.toIntExact(DurableFiles.size(copy.file()) / SIZE));
        page.putInt(FIRST_FREE_PAGE, 0).putInt(FREE_PAGES, 0);
        page.put(FORMAT_VERSIONS, WAL_FORMAT).put(FORMAT_VERSIONS + 1, WAL_FORMAT);
        try (FileChannel file = FileChannel.open(copy.file(), StandardOpenOption.WRITE)) {
            file.write(page, 0);
        }
        fresh.delete();
        skeleton.delete();
    }

    private static List<Table> tables(Connection connection) throws SQLException {
        List<Table> tables = new ArrayList<>();
        try (var statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT s.name, s.rootpage, l.wr FROM sqlite_schema s"
                        + " JOIN pragma_table_list(s.name) l WHERE s.type = 'table'")) {
            while (row.next()) {
                String name = row.getString("name");
                String columns = columns(connection, name, row.getInt("wr") != 0);
                tables.add(new Table(name, row.getInt("rootpage"), "CREATE TABLE " + name + columns));
            }
        }
        return tables;
    }

    private static String columns(Connection connection, String table, boolean withoutRowid) throws SQLException {
        List<String> columns = new ArrayList<>();
        List<String> key = new ArrayList<>();
        try (var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT name, type, dflt_value, pk FROM pragma_table_info('" + table + "') ORDER BY cid")) {
            while (row.next()) {
                String defaultValue = row.getString("dflt_value");
                columns.add(row.getString("name") + " " + row.getString("type")
                        + (defaultValue == null ? "" : " DEFAULT " + defaultValue));
            }
        }
        try (var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT name FROM pragma_table_info('" + table + "') WHERE pk > 0 ORDER BY pk")) {
            while (row.next()) {
                key.add(row.getString("name"));
            }
        }
        if (withoutRowid) {
            return "(" + String.join(",", columns) + ",PRIMARY KEY(" + String.join(",", key) + ")) WITHOUT ROWID";
        }
        String rowidColumn = key.size() == 1 ? key.getFirst() + " INTEGER" : "";
        return columns.stream()
                .map(column -> column.equals(rowidColumn) ? column + " PRIMARY KEY" : column)
                .collect(Collectors.joining(",", "(", ")"));
    }

    private static void writeSchema(Sqlite skeleton, List<Table> tables, long version) throws SQLException {
        try (Connection connection = skeleton.connect()) {
            Sqlite.execute(connection, "CREATE TABLE placeholder (placeholder)", "PRAGMA writable_schema = ON");
            Sqlite.execute(connection, "DELETE FROM sqlite_schema");
            for (Table table : tables) {
                try (PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO sqlite_schema VALUES ('table', ?, ?, ?, ?)")) {
                    insert.setString(1, table.name());
                    insert.setString(2, table.name());
                    insert.setInt(3, table.rootPage());
                    insert.setString(4, table.statement());
                    insert.executeUpdate();
                }
            }
            Sqlite.execute(connection, "PRAGMA user_version = " + version);
        }
    }

    private static ByteBuffer read(Path file) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(SIZE);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (page.hasRemaining() && channel.read(page) >= 0) {
                // repeat until the page is complete
            }
        }
        return page.flip();
    }
}
