package org.o365relay.queue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.o365relay.queue.QueueUnavailableException.Reason;

/// The SQLite dialect: how connections are opened, what the schema looks like, what its errors mean.
final class Sqlite {

    static final String FILE = "queue.db";

    private static final int SCHEMA_VERSION = 1;

    // https://www.sqlite.org/rescode.html
    private static final int READONLY = 8;
    private static final int IOERR = 10;
    private static final int CORRUPT = 11;
    private static final int FULL = 13;
    private static final int CANTOPEN = 14;
    private static final int NOTADB = 26;

    private final Path file;

    Sqlite(Path directory) {
        this.file = directory.resolve(FILE);
    }

    /// Opens the writer, creating the schema in a new database.
    Connection openWriter() throws QueueUnavailableException {
        try {
            Connection connection = connect();
            execute(
                    connection,
                    "PRAGMA auto_vacuum = INCREMENTAL",
                    "PRAGMA journal_mode = WAL",
                    "PRAGMA synchronous = FULL", // 250 means: on disk
                    "PRAGMA wal_autocheckpoint = 0", // Checkpointer
                    "PRAGMA journal_size_limit = 67108864");
            connection.setAutoCommit(false);
            bringUpToDate(connection);
            return connection;
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    /// Opens a connection that only reads.
    Connection openReader() throws SQLException {
        Connection connection = connect();
        execute(connection, "PRAGMA query_only = ON");
        return connection;
    }

    /// Opens a connection for checkpoints.
    Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        execute(connection, "PRAGMA busy_timeout = 10000");
        return connection;
    }

    /// @return octets in use by content and metadata; free pages do not count
    static long usedBytes(Connection connection) throws SQLException {
        return (number(connection, "PRAGMA page_count") - number(connection, "PRAGMA freelist_count"))
                * number(connection, "PRAGMA page_size");
    }

    /// @return whether the machine is to blame, so that trying again at once makes no sense
    static boolean isEnvironmental(SQLException e) {
        return Set.of(READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB).contains(primaryCode(e));
    }

    static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }

    static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private void bringUpToDate(Connection connection) throws SQLException, QueueUnavailableException {
        long version = number(connection, "PRAGMA user_version");
        if (version > SCHEMA_VERSION) {
            throw new QueueUnavailableException(
                    Reason.NEWER_SCHEMA,
                    file + " was written by a newer o365-relay (schema " + version + ", this one knows up to "
                            + SCHEMA_VERSION
                            + "); install that version again, or give this one an empty data-directory");
        }
        if (version == 0) {
            execute(connection, Statements.resource("sqlite/schema-1.sql").split(";\\s*\n"));
            execute(connection, "PRAGMA user_version = " + SCHEMA_VERSION);
        }
        connection.commit();
    }

    private QueueUnavailableException unavailable(SQLException e) {
        return switch (primaryCode(e)) {
            case CORRUPT, NOTADB ->
                new QueueUnavailableException(
                        Reason.DAMAGED,
                        "the queue " + file + " is damaged (" + e.getMessage() + "); nothing was changed. Copy the"
                                + " directory away first; then try \"sqlite3 " + FILE + " .recover\" on the copy, or"
                                + " move " + FILE + ", " + FILE + "-wal and " + FILE
                                + "-shm aside and start with an empty queue");
            default ->
                new QueueUnavailableException(
                        Reason.UNUSABLE_DIRECTORY,
                        "the queue " + file + " cannot be opened: " + e.getMessage()
                                + "; check that the disk is not full and that the directory and its files belong to"
                                + " the user that runs the relay (" + System.getProperty("user.name") + ")");
        };
    }

    private static int primaryCode(SQLException e) {
        return e.getErrorCode() & 0xff;
    }
}
