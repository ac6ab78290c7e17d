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
    private static final int BUSY = 5;
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

    /// What a database takes, in octets.
    ///
    /// @param used content and metadata
    /// @param spare free pages in the file, to be used again or given back
    record Usage(long used, long spare) {}

    /// Opens a connection that writes, with auto-commit off.
    Connection openWriter() throws SQLException {
        Connection connection = connect();
        try {
            execute(
                    connection,
                    "PRAGMA auto_vacuum = INCREMENTAL", // has its effect on a new database only
                    "PRAGMA journal_mode = WAL",
                    "PRAGMA wal_autocheckpoint = 0", // Checkpointer
                    "PRAGMA journal_size_limit = 67108864");
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /// Opens a connection that only reads.
    Connection openReader() throws SQLException {
        Connection connection = connect();
        execute(connection, "PRAGMA query_only = ON");
        return connection;
    }

    /// Opens a connection for checkpoints. It waits for nobody: a checkpoint that waited for a reader would keep the
    /// writer waiting, too.
    Connection openCheckpointer() throws SQLException {
        Connection connection = connect();
        execute(connection, "PRAGMA busy_timeout = 0");
        return connection;
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        execute(connection, "PRAGMA busy_timeout = 10000", "PRAGMA synchronous = FULL"); // 250 means: on disk
        return connection;
    }

    static Usage usage(Connection connection) throws SQLException {
        long pageSize = number(connection, "PRAGMA page_size");
        long spare = number(connection, "PRAGMA freelist_count");
        long all = number(connection, "PRAGMA page_count");
        return new Usage((all - spare) * pageSize, spare * pageSize);
    }

    /// Gives a little of what is spare back to the file system; the file gets shorter at the next checkpoint.
    ///
    /// @param pages how many at most
    static void giveBack(Connection connection, int pages) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // executeUpdate runs it to its end; each step of it frees one page
            statement.executeUpdate("PRAGMA incremental_vacuum(" + pages + ")");
        }
    }

    /// @return whether the machine is to blame, so that trying again at once makes no sense
    static boolean isEnvironmental(SQLException e) {
        return Set.of(BUSY, READONLY, IOERR, FULL, CANTOPEN).contains(primaryCode(e));
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

    /// Makes the tables of a new database.
    void bringUpToDate(Connection connection) throws SQLException, QueueUnavailableException {
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

    /// @return a failure to open the queue, in words for the admin
    QueueUnavailableException unavailable(Exception failure) {
        Throwable cause =
                failure instanceof QueueException && failure.getCause() != null ? failure.getCause() : failure;
        boolean damaged =
                cause instanceof SQLException e && Set.of(CORRUPT, NOTADB).contains(primaryCode(e));
        return damaged
                ? new QueueUnavailableException(
                        Reason.DAMAGED,
                        "the queue " + file + " is damaged (" + cause.getMessage() + "); nothing was changed. Copy the"
                                + " directory away first; then try \"sqlite3 " + FILE + " .recover\" on the copy, or"
                                + " move " + FILE + ", " + FILE + "-wal and " + FILE
                                + "-shm aside and start with an empty queue")
                : new QueueUnavailableException(
                        Reason.UNUSABLE_DIRECTORY,
                        "the queue " + file + " cannot be opened: " + cause.getMessage()
                                + "; check that the disk is not full and that the directory and its files belong to"
                                + " the user that runs the relay (" + System.getProperty("user.name") + ")");
    }

    private static int primaryCode(SQLException e) {
        return e.getErrorCode() & 0xff;
    }
}
