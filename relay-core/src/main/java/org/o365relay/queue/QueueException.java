package org.o365relay.queue;

import java.sql.SQLException;

/// The machine failed the queue: disk full, I/O error, damaged page. Or it is too late: [#isFinal]. What was
/// asked for did not happen.
public final class QueueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    QueueException(String message) {
        super(message);
    }

    /// @return whether it is no use to try again: the queue is closed, or a lease had ended
    public boolean isFinal() {
        return getCause() == null;
    }

    QueueException(SQLException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
