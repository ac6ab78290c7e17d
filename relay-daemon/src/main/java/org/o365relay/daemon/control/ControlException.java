package org.o365relay.daemon.control;

/// A control request failed.
public final class ControlException extends Exception {

    private static final long serialVersionUID = 1;

    private final Kind kind;

    /// @param message what is wrong and what to do, for the operator
    public ControlException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /// The reason for the failure.
    public enum Kind {
        /// The relay does not respond, serves too many other commands or, if the request needs a running relay,
        /// is not running.
        NOT_RUNNING,
        /// The connection was lost during a change: some messages may have been changed and others not.
        INTERRUPTED,
        /// The user is not permitted to use the control socket.
        NOT_PERMITTED,
        /// The running relay and the command have different versions.
        VERSION_MISMATCH,
        /// The request is invalid: for example, it names an unknown mailbox or a message that does not exist.
        BAD_REQUEST,
        /// The queue cannot be used, or the relay had an internal error.
        QUEUE,
        /// The queue is damaged or was written by a newer version of the relay.
        DAMAGED
    }
}
