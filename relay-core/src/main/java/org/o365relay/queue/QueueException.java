package org.o365relay.queue;

import java.sql.SQLException;

/// The machine failed the queue: disk full, I/O error, damaged page. What was asked for did not happen.
public final class QueueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    QueueException(String message) {
        super(message);
    }

    QueueException(SQLException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
