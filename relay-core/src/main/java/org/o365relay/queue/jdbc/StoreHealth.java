package org.o365relay.queue.jdbc;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueFailure;
import org.o365relay.queue.QueueFailure.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tracks whether the queue can be used: whether its files are in their places and writable, whether the last
/// write succeeded, and whether damage was found. The writer checks the files before and after each commit, the
/// housekeeper every second. Reading the result never blocks. Thread-safe.
final class StoreHealth {

    private static final Logger log = LoggerFactory.getLogger(StoreHealth.class);

    /// Time between two attempts to save a copy of a lost queue: each reads the whole queue.
    static final Duration RESCUE_INTERVAL = Duration.ofMinutes(1);

    private final Dialect dialect;
    private final Dialect.OpenFiles files;
    private volatile @Nullable QueueFailure filesFailure;
    private volatile @Nullable QueueFailure writeFailure;
    private volatile @Nullable QueueFailure damage;
    private volatile @Nullable Path rescued;
    private @Nullable Instant rescueFailedAt;

    StoreHealth(Dialect dialect, Dialect.OpenFiles files) {
        this.dialect = dialect;
        this.files = files;
    }

    /// @return whether new mail can be accepted
    boolean isWritable() {
        return filesFailure == null && writeFailure == null;
    }

    /// @return whether the disk is the reason why the last write failed
    boolean lastWriteFailed() {
        return writeFailure != null;
    }

    /// @return the current failures: at most one because of which mail is rejected, and the first damage found
    List<QueueFailure> failures() {
        QueueFailure unusable = filesFailure == null ? writeFailure : filesFailure;
        return Stream.of(Optional.ofNullable(unusable), Optional.ofNullable(damage))
                .flatMap(Optional::stream)
                .toList();
    }

    /// Checks the files, which takes a few microseconds.
    ///
    /// @throws QueueException if nothing must be written
    void requireUsableFiles() {
        QueueFailure failure = checkFiles();
        if (failure != null) {
            throw new QueueException(failure);
        }
    }

    private @Nullable QueueFailure checkFiles() {
        QueueFailure failure = files.failure().map(this::withRescuedCopy).orElse(null);
        filesFailure = failure;
        return failure;
    }

    private QueueFailure withRescuedCopy(QueueFailure failure) {
        Path copy = rescued;
        return failure.kind() == Kind.LOST && copy != null
                ? new QueueFailure(Kind.LOST, failure.text() + "; everything that was in the queue is saved in " + copy)
                : failure;
    }

    /// Checks the files, which takes a few microseconds.
    ///
    /// @throws QueueException if the files are no longer in place, so that what has just been committed would
    ///     be lost at the next startup
    void requireFilesInPlace() {
        QueueFailure failure = checkFiles();
        if (failure != null && failure.kind() == Kind.LOST) {
            throw new QueueException(failure);
        }
    }

    /// Records that work was committed.
    void written() {
        writeFailure = null;
    }

    /// Records a failed write. A damaged page is not a failed disk: other writes may succeed.
    ///
    /// @return the exception for the caller
    QueueException writeFailed(SQLException e) {
        if (dialect.isEnvironmental(e)) {
            writeFailure = new QueueFailure(Kind.WRITE_FAILED, "the last write failed: " + e.getMessage());
        }
        return readFailed(e);
    }

    /// Records a failed read.
    ///
    /// @return the exception for the caller
    QueueException readFailed(SQLException e) {
        boolean isDamage = dialect.isDamage(e);
        if (isDamage && damage == null) {
            damage = new QueueFailure(Kind.DAMAGED, "part of the queue is damaged: " + e.getMessage());
        }
        return new QueueException(e, isDamage);
    }

    /// Checks the files. If one was lost, saves a copy of the open database; if that fails, tries again after
    /// [#RESCUE_INTERVAL]. If the last write failed, writes and removes a message.
    synchronized void check(Committer committer, ReaderPool readers, Instant now) {
        QueueFailure failure = checkFiles();
        if (failure != null && failure.kind() == Kind.LOST) {
            Instant failed = rescueFailedAt;
            if (failed == null || !failed.isAfter(now.minus(RESCUE_INTERVAL)) || failed.isAfter(now)) {
                rescue(readers, now);
            }
        } else if (failure == null) {
            discardRescuedCopy();
            if (writeFailure != null) {
                tryToWrite(committer);
            }
        }
    }

    private static void tryToWrite(Committer committer) {
        try {
            committer.write(statements -> MessageTables.tryToWrite(statements));
        } catch (QueueException e) {
            log.debug("the queue still cannot be written: {}", e.getMessage());
        }
    }

    /// Saves a copy of the open database if one of its files was lost. Until this process ends, the open
    /// database still contains every acknowledged message.
    synchronized void rescue(ReaderPool readers, Instant now) {
        QueueFailure failure = checkFiles();
        if (rescued != null || failure == null || failure.kind() != Kind.LOST) {
            return;
        }
        try {
            rescued = readers.read(statements -> {
                try {
                    return files.rescue(statements.connection(), now);
                } catch (IOException e) {
                    throw new QueueException(e, false);
                }
            });
            log.error("{}; everything that was in the queue is saved in {}", failure.text(), rescued);
        } catch (QueueException e) {
            if (rescueFailedAt == null) { // logged once
                log.error(
                        "{}, and a copy cannot be saved: {}. Trying again every minute and when the relay stops; if no"
                                + " copy can be saved by then and the file is not put back, its messages are lost",
                        failure.text(),
                        e.getMessage());
            }
            rescueFailedAt = now;
        }
    }

    /// Deletes the copy when the lost file is back: a restore of the copy would deliver its messages again.
    private void discardRescuedCopy() {
        Path copy = rescued;
        if (copy != null) {
            try {
                files.discard(copy);
                log.info("the files of the queue are back in their place; {} was deleted", copy);
            } catch (IOException e) {
                log.warn("the files of the queue are back in their place; delete {}: {}", copy, e.getMessage());
            }
        }
        rescued = null;
        rescueFailedAt = null;
    }
}
