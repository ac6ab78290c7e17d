package org.o365relay.queue;

import java.sql.SQLException;

/// The machine failed the queue: disk full, I/O error, damaged page. Or it is too late: [#isFinal]. What was
/// asked for did not happen.
public final class QueueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean isFinal;

    /// It is too late for what was asked.
    QueueException(String message) {
        super(message);
        this.isFinal = true;
    }

    /// The machine failed.
    QueueException(SQLException cause) {
        super(String.valueOf(cause.getMessage()), cause);
        this.isFinal = false;
    }

    /// There is nothing to read, or this relay cannot read it.
    QueueException(QueueUnavailableException cause) {
        super(cause.getMessage(), cause);
        this.isFinal = true;
    }

    /// @return whether pages of the database make no sense
    public boolean isDamage() {
        return getCause() instanceof SQLException failure && Sqlite.isDamage(failure);
    }

    /// @return whether it is no use to try again: the queue is closed, or a lease had ended
    public boolean isFinal() {
        return isFinal;
    }
}
