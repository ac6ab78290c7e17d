package org.o365relay.daemon.control;

/// What was asked cannot be done, for a reason that the operator can understand and change.
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

    /// Why.
    public enum Kind {
        /// Only a running relay can do it, and none runs; or it does not answer.
        NOT_RUNNING,
        /// The relay ended in the middle of a change: some messages are changed, others not.
        INTERRUPTED,
        /// Whoever asks may not use the socket, or not read the queue.
        NOT_PERMITTED,
        /// The relay that runs is of another version.
        VERSION_MISMATCH,
        /// What was asked makes no sense: a mailbox that is not configured, a message that is not there.
        BAD_REQUEST,
        /// The queue cannot be used.
        QUEUE,
        /// The queue is damaged, or a newer relay has written it.
        DAMAGED
    }
}
