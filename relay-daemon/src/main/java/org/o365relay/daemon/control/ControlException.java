package org.o365relay.daemon.control;

/// A control request failed for a reason that the operator can correct.
public final class ControlException extends Exception {

    private static final long serialVersionUID = 1;

    private final Kind kind;

    /// @param message what is wrong, and what to do
    public ControlException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /// The reason of the failure.
    public enum Kind {
        /// The request needs a running relay, and none is running or it does not answer.
        NOT_RUNNING,
        /// The connection ended during a change: some messages were changed, others were not.
        INTERRUPTED,
        /// The user may not use the control socket or read the queue.
        NOT_PERMITTED,
        /// The running relay has another version.
        VERSION_MISMATCH,
        /// The request is invalid: an unknown mailbox, a message that does not exist.
        BAD_REQUEST,
        /// The queue cannot be used.
        QUEUE,
        /// The queue is damaged, or was written by a newer version.
        DAMAGED
    }
}
