package org.o365relay.queue.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.o365relay.queue.QueueUnavailableException;

/// The parts of the store that depend on the database system: connections, the schema, the classification of
/// errors, and upkeep. All other SQL is the same for all systems. Thread-safe.
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

    /// Starts the upkeep of the database.
    Upkeep startUpkeep() throws SQLException;

    /// @return current size of the database
    Usage usage(Connection connection) throws SQLException;

    /// Size of a database, in octets.
    ///
    /// @param used octets of content and metadata
    /// @param spare octets that are allocated but not in use
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
