package org.o365relay.queue;

/// An operation on the queue failed. Unless its documentation says otherwise, it had no effect. If [#isFinal],
/// the queue is closed or cannot be opened, or a lease has ended. Otherwise the cause is an error of the
/// database, such as a full disk, an I/O error or a damaged page, or a file of the queue that is lost or not
/// writable.
public final class QueueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean isFinal;
    private final boolean isDamage;

    /// Creates an exception for which [#isFinal] is true.
    public QueueException(String message) {
        super(message);
        this.isFinal = true;
        this.isDamage = false;
    }

    /// Creates an exception for a database failure.
    ///
    /// @param isDamage whether the database is damaged
    public QueueException(Exception cause, boolean isDamage) {
        super(String.valueOf(cause.getMessage()), cause);
        this.isFinal = false;
        this.isDamage = isDamage;
    }

    /// Creates an exception for a queue that cannot be used at present; a retry may succeed.
    public QueueException(QueueFailure failure) {
        super(failure.text());
        this.isFinal = false;
        this.isDamage = false;
    }

    /// Creates an exception for a queue that cannot be opened.
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
