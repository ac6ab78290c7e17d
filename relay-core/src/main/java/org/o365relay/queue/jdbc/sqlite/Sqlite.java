package org.o365relay.queue.jdbc.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.Dialect;
import org.o365relay.queue.jdbc.Statements;

/// A SQLite database: its files, its connections and their settings, and the classification of its errors.
public final class Sqlite implements Dialect {

    /// Name of the queue's database file in the data directory.
    public static final String FILE = "queue.db";

    // https://www.sqlite.org/rescode.html
    private static final int BUSY = 5;
    private static final int READONLY = 8;
    private static final int IOERR = 10;
    private static final int CORRUPT = 11;
    private static final int FULL = 13;
    private static final int CANTOPEN = 14;
    private static final int CONSTRAINT = 19;
    private static final int MISMATCH = 20;
    private static final int NOTADB = 26;

    private final Path file;

    /// The queue in a data directory.
    public Sqlite(Path directory) {
        this(directory, FILE);
    }

    /// A database other than the queue itself, such as a copy or a replacement of the queue.
    public Sqlite(Path directory, String name) {
        this.file = directory.resolve(name);
    }

    public Path file() {
        return file;
    }

    @Override
    public Connection openWriter() throws SQLException {
        DurableFiles.createForDatabase(file);
        Connection connection = connect();
        try {
            if (number(connection, "PRAGMA page_count") == 0) { // on a full disk, an existing one must not be written
                execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
            }
            execute(
                    connection,
                    "PRAGMA journal_mode = WAL",
                    "PRAGMA wal_autocheckpoint = 0", // checkpoints are run by Checkpointer
                    "PRAGMA journal_size_limit = 67108864");
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public Connection openReader() throws SQLException {
        Connection connection = connect();
        execute(connection, "PRAGMA query_only = ON");
        return connection;
    }

    @Override
    public Connection openScanner() throws SQLException {
        Connection connection = openReader();
        connection.setAutoCommit(false);
        return connection;
    }

    @Override
    public OpenFiles openFiles() throws IOException {
        return new SqliteFiles(this);
    }

    @Override
    public Upkeep startUpkeep() throws SQLException {
        return new Checkpointer(openCheckpointer());
    }

    /// Opens a connection for checkpoints, without a busy timeout: while a checkpoint waited for a reader, it
    /// would also block the writer.
    Connection openCheckpointer() throws SQLException {
        Connection connection = connect();
        execute(connection, "PRAGMA busy_timeout = 0");
        return connection;
    }

    /// Opens a connection for a process other than the relay. Does not create or change any file, not even the
    /// log and its index: these would belong to the user of that process, and the relay could not write to
    /// them.
    ///
    /// @param immutable true to treat the file as immutable, which is allowed only if there is no log; if the
    ///     file changes while it is open, results are invalid. False to use the existing WAL index
    Connection openReadOnly(boolean immutable) throws SQLException {
        String how = immutable ? "immutable=1" : "readonly_shm=1";
        Connection connection = DriverManager.getConnection(
                "jdbc:sqlite:file://" + file.toAbsolutePath().toUri().getRawPath() + "?mode=ro&" + how);
        try {
            execute(connection, "PRAGMA busy_timeout = 10000", "PRAGMA query_only = ON");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /// @return whether the log may contain commits that are not in the database yet
    boolean hasLog() {
        return log().toFile().length() > 0;
    }

    /// @throws QueueUnavailableException if the log still contains commits after the caller has closed the
    ///     database, which means that another program has the database open
    public void requireNoLog() throws QueueUnavailableException {
        if (hasLog()) {
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "another program has " + file
                            + " open; close that program and repeat the command. The queue was not changed");
        }
    }

    /// @return the path of the write-ahead log, whether or not it exists
    public Path log() {
        return file.resolveSibling(file.getFileName() + "-wal");
    }

    /// @return the path of the WAL index (`-shm`), whether or not it exists
    public Path index() {
        return file.resolveSibling(file.getFileName() + "-shm");
    }

    /// @return the existing files of the database
    public List<Path> files() {
        return Stream.of(file, log(), index()).filter(Files::exists).toList();
    }

    /// Deletes all files of the database.
    public void delete() throws IOException {
        DurableFiles.delete(index());
        DurableFiles.delete(log());
        DurableFiles.delete(file);
    }

    /// Opens a connection with auto-commit on, without changing the settings stored in the database.
    public Connection connect() throws SQLException {
        Properties driver = new Properties();
        driver.put("jdbc.get_generated_keys", "false"); // true: another query after each INSERT
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file, driver);
        // FULL: a message acknowledged with a 250 reply must be on disk.
        // trusted_schema: a changed schema must not call functions with side effects.
        execute(connection, "PRAGMA busy_timeout = 10000", "PRAGMA synchronous = FULL", "PRAGMA trusted_schema = OFF");
        return connection;
    }

    @Override
    public Map<String, String> statements() {
        return PageCounts.STATEMENTS;
    }

    @Override
    public Usage usage(Statements statements) throws SQLException {
        return PageCounts.usage(statements);
    }

    /// Returns at most this number of free pages to the file system; the next checkpoint shortens the file.
    public static void returnFreePages(Connection connection, int pages) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // executeUpdate runs all steps; each step frees one page
            statement.executeUpdate("PRAGMA incremental_vacuum(" + pages + ")");
        }
    }

    @Override
    public boolean isEnvironmental(SQLException e) {
        return Set.of(BUSY, READONLY, IOERR, FULL, CANTOPEN).contains(primaryCode(e));
    }

    /// Runs statements one after another.
    public static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }

    /// @return the first column of the first row; 0 if it is NULL or there is no row
    public static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    @Override
    public void upgrade(Connection writer) throws SQLException, QueueUnavailableException {
        upgrade(writer, Schema.VERSION);
    }

    /// Upgrades in one transaction, one version at a time.
    ///
    /// @param target the schema version to upgrade to
    /// @throws QueueUnavailableException if a newer relay wrote the database, or if its schema has an object
    ///     that is not part of a queue
    public void upgrade(Connection writer, long target) throws SQLException, QueueUnavailableException {
        long stored = version(writer);
        Schema.requireNoForeignObjects(writer, stored, file);
        for (long next = stored + 1; next <= target; next++) {
            execute(writer, Schema.statements(next));
            execute(writer, "PRAGMA user_version = " + next);
        }
        writer.commit();
    }

    /// @return the schema version; 0 if the database is not a queue, for example because it is new
    /// @throws QueueUnavailableException if a newer relay wrote the database
    public long version(Connection connection) throws SQLException, QueueUnavailableException {
        long version = storedVersion(connection);
        if (version > Schema.VERSION) {
            throw new QueueUnavailableException(
                    Reason.NEWER_SCHEMA,
                    file + " was written by a newer o365-relay (schema " + version + ", this version supports up to "
                            + Schema.VERSION
                            + "); install the newer version again, or configure an empty data-directory");
        }
        return version;
    }

    /// @return the schema version, even if a newer relay wrote the database; 0 if the database is not a queue
    public static long storedVersion(Connection connection) throws SQLException {
        return number(connection, "PRAGMA user_version");
    }

    /// Copies the whole log into the database and empties the log. If another program is using the database,
    /// part of the log may remain.
    ///
    /// @param connection a connection that is not in a transaction
    public static void emptyLog(Connection connection) throws SQLException {
        number(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// Writes a consistent copy of the database.
    ///
    /// @param connection a connection from [#openReadOnly], which must not be used for anything else afterwards
    /// @param copy an empty file
    public static void copy(Connection connection, Path copy) throws SQLException {
        connection.setAutoCommit(true);
        execute(connection, "PRAGMA query_only = OFF"); // ON would prevent writing the copy; mode=ro protects the queue
        try (PreparedStatement statement = connection.prepareStatement("VACUUM INTO ?")) {
            statement.setString(1, copy.toAbsolutePath().toString());
            statement.executeUpdate();
        }
    }

    /// @return the damaged pages, damaged indexes and violated constraints that SQLite reports, one line each;
    ///     SQLite stops after 100
    public static List<String> integrity(Connection connection) throws SQLException {
        List<String> problems = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA integrity_check")) {
            while (row.next()) {
                String text = row.getString(1);
                if (!text.equals("ok")) {
                    problems.addAll(text.lines().toList());
                }
            }
        } catch (SQLException e) {
            if (!isCorrupt(e)) {
                throw e;
            }
            problems.add(String.valueOf(e.getMessage()));
        }
        return problems;
    }

    /// @return an exception for a failure to read the queue from another process
    QueueUnavailableException unreadable(SQLException failure) {
        return isDamage(failure)
                ? unavailable(failure)
                : new QueueUnavailableException(
                        Reason.UNUSABLE_DIRECTORY,
                        "the queue " + file + " cannot be read: " + failure.getMessage()
                                + "; run the command as root or as the relay's user. If only one of " + FILE
                                + "-wal and " + FILE + "-shm exists, start the relay, which recreates the other");
    }

    /// @return an exception for a failure to open the queue
    QueueUnavailableException unavailable(Exception failure) {
        Throwable cause =
                failure instanceof QueueException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof SQLException e && (isDamage(e) || Schema.isMissing(e))
                ? new QueueUnavailableException(
                        Reason.DAMAGED,
                        "the queue " + file + " is damaged (" + cause.getMessage() + "); nothing was changed. Run"
                                + " \"o365-relay queue verify\" to list the damage, and add --repair to recover what"
                                + " can be read; it copies the files first")
                : new QueueUnavailableException(
                        Reason.UNUSABLE_DIRECTORY,
                        "the queue " + file + " cannot be opened: " + cause.getMessage()
                                + "; check that the disk is not full and that the directory and its files belong to"
                                + " the user that runs the relay (" + System.getProperty("user.name") + ")");
    }

    @Override
    public boolean isDamage(SQLException e) {
        return isCorrupt(e);
    }

    private static boolean isCorrupt(SQLException e) {
        return Set.of(CORRUPT, NOTADB).contains(primaryCode(e));
    }

    /// @return whether the error means that a page could not be read or is damaged
    public static boolean isUnreadable(SQLException e) {
        return isCorrupt(e) || primaryCode(e) == IOERR;
    }

    /// @return whether the error means that a row violates a constraint of its table
    static boolean isConstraintViolation(SQLException e) {
        return Set.of(CONSTRAINT, MISMATCH).contains(primaryCode(e));
    }

    private static int primaryCode(SQLException e) {
        return e.getErrorCode() & 0xff;
    }
}
