package org.o365relay.queue;

/// An operation on the queue failed and had no effect: the disk is full, an I/O error occurred, or a page is
/// damaged; or, if [#isFinal], the queue is closed or cannot be opened, or a lease has ended.
public final class QueueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean isFinal;
    private final boolean isDamage;

    /// For a failure that a retry cannot overcome.
    public QueueException(String message) {
        super(message);
        this.isFinal = true;
        this.isDamage = false;
    }

    /// For a failure of the database.
    ///
    /// @param isDamage whether the database is damaged
    public QueueException(Exception cause, boolean isDamage) {
        super(String.valueOf(cause.getMessage()), cause);
        this.isFinal = false;
        this.isDamage = isDamage;
    }

    /// For a queue that cannot be opened.
    public QueueException(QueueUnavailableException cause) {
        super(cause.getMessage(), cause);
        this.isFinal = true;
        this.isDamage = false;
    }

    /// @return whether the database is damaged
    public boolean isDamage() {
        return isDamage;
    }

    /// @return whether a retry cannot succeed: the queue is closed or cannot be opened, or a lease has ended
    public boolean isFinal() {
        return isFinal;
    }
}
