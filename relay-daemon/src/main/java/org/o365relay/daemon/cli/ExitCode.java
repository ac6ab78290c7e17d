package org.o365relay.daemon.cli;

import org.o365relay.daemon.control.ControlException;
import org.o365relay.queue.QueueUnavailableException.Reason;

/// Exit codes, after sysexits(3). `--help` lists them (`RelayCommand`); keep both in sync.
public final class ExitCode {

    public static final int OK = 0;
    /// The user declined a confirmation.
    public static final int DECLINED = 1;
    /// The command line is wrong.
    public static final int USAGE = 64;
    /// The queue is damaged, or was written by a newer version.
    public static final int DAMAGED = 65;
    /// The message or its content does not exist, or the action applies to none of the messages given by ID.
    public static final int NO_SUCH_MESSAGE = 66;
    /// A port is in use, the relay is not running or does not respond, a sign-in fails (`login`), or mail does not
    /// leave (`check`, `status`).
    public static final int UNAVAILABLE = 69;
    /// An internal error occurred, or the demo failed.
    public static final int INTERNAL = 70;
    /// A directory, a file or the queue cannot be used.
    public static final int CANNOT_CREATE = 73;
    /// Some messages were not changed, because the command stopped early, the connection to the relay was lost,
    /// or the messages were being delivered or are damaged.
    public static final int PARTLY_DONE = 74;
    /// Another process (a relay, a repair or a restore) uses the data directory.
    public static final int LOCKED = 75;
    /// The running relay and the command have different versions.
    public static final int VERSION_MISMATCH = 76;
    /// The user is not permitted to use the control socket; or, for `explain`, the relay would reject the
    /// message or one of its recipients.
    public static final int NOT_PERMITTED = 77;
    /// The configuration, or the scenario of the sandbox, is invalid.
    public static final int CONFIGURATION = 78;

    private ExitCode() {}

    /// @return the code for a queue that cannot be opened
    static int of(Reason reason) {
        return switch (reason) {
            case IN_USE -> LOCKED;
            case UNUSABLE_DIRECTORY, OLDER_SCHEMA -> CANNOT_CREATE;
            case DAMAGED, NEWER_SCHEMA -> DAMAGED;
        };
    }

    /// @return the code for a failed control request
    static int of(ControlException.Kind kind) {
        return switch (kind) {
            case NOT_RUNNING -> UNAVAILABLE;
            case INTERRUPTED -> PARTLY_DONE;
            case NOT_PERMITTED -> NOT_PERMITTED;
            case VERSION_MISMATCH -> VERSION_MISMATCH;
            case BAD_REQUEST -> USAGE;
            case QUEUE -> CANNOT_CREATE;
            case DAMAGED -> DAMAGED;
        };
    }
}
