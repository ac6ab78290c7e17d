package org.o365relay.queue.jdbc;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.o365relay.queue.QueueFailure;
import org.o365relay.queue.QueueUnavailableException;

/// The parts of the store that depend on the database system: connections, the schema, files, the
/// classification of errors, and upkeep. All other SQL is the same for all systems. Thread-safe.
public interface Dialect {

    /// Opens a connection for the writer, with auto-commit off. A commit returns once the changes are on disk.
    Connection openWriter() throws SQLException;

    /// Opens a read-only connection, with auto-commit on.
    Connection openReader() throws SQLException;

    /// Opens a read-only connection with auto-commit off, so that all reads in a transaction see the same state
    /// of the queue.
    Connection openScanner() throws SQLException;

    /// Creates the tables in a new database, or upgrades those of an older schema version, and commits.
    ///
    /// @throws QueueUnavailableException if a newer relay wrote the database
    void upgrade(Connection writer) throws SQLException, QueueUnavailableException;

    /// @return the files that the open database consists of
    /// @throws IOException if a file does not exist or its identity cannot be read
    OpenFiles openFiles() throws IOException;

    /// The files of an open database. Thread-safe.
    interface OpenFiles {

        /// Checks whether the files that were open when this object was created are still in place, and whether
        /// they are writable. Takes a few microseconds.
        ///
        /// @return a failure of the kind `LOST` or `READ_ONLY`; empty if there is none
        Optional<QueueFailure> failure();

        /// Saves a complete copy of the open database, even if its files have been deleted.
        ///
        /// @param reader a read-only connection with auto-commit on
        /// @return the copy, on disk
        Path rescue(Connection reader, Instant now) throws IOException, SQLException;

        /// Deletes a copy made by [#rescue].
        void discard(Path copy) throws IOException;
    }

    /// Starts the upkeep of the database.
    Upkeep startUpkeep() throws SQLException;

    /// @return SQL texts of the statements that only this database system has, by name
    Map<String, String> statements();

    /// @param statements include those of [#statements]
    /// @return current size of the database
    Usage usage(Statements statements) throws SQLException;

    /// Size of a database, in bytes.
    ///
    /// @param used bytes of content and metadata
    /// @param spare bytes that are allocated but not in use
    record Usage(long used, long spare) {}

    /// @return whether the environment (the disk, a lock) rather than the statement caused the error, so that
    ///     an immediate retry would probably fail as well
    boolean isEnvironmental(SQLException e);

    /// @return whether the error means that the database is damaged
    boolean isDamage(SQLException e);

    /// Background work that keeps the database fast and small while it is open.
    interface Upkeep extends AutoCloseable {

        /// Called by the writer after each commit, outside a transaction.
        ///
        /// @param content octets of content in the commit
        void committed(Connection writer, long content);

        /// Returns part of the unused space to the file system. Called every second.
        void returnFreeSpace(Committer committer, FreeSpace freeSpace);

        /// Called after all other connections are closed.
        @Override
        void close() throws SQLException;
    }
}
