package org.o365relay.queue;

import java.sql.SQLException;

/// An operation on the queue failed and had no effect: the disk is full, an I/O error occurred, or a page is
/// damaged; or, if [#isFinal], the queue is closed or a lease has ended.
public final class QueueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean isFinal;

    /// For a failure that a retry cannot overcome.
    QueueException(String message) {
        super(message);
        this.isFinal = true;
    }

    /// For a failure of the database.
    QueueException(SQLException cause) {
        super(String.valueOf(cause.getMessage()), cause);
        this.isFinal = false;
    }

    /// For a queue that cannot be opened.
    QueueException(QueueUnavailableException cause) {
        super(cause.getMessage(), cause);
        this.isFinal = true;
    }

    /// @return whether the database is damaged
    public boolean isDamage() {
        return getCause() instanceof SQLException failure && Sqlite.isDamage(failure);
    }

    /// @return whether a retry cannot succeed: the queue is closed or cannot be opened, or a lease has ended
    public boolean isFinal() {
        return isFinal;
    }
}
