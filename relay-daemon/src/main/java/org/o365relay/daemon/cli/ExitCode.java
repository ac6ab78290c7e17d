package org.o365relay.daemon.cli;

import org.o365relay.daemon.control.ControlException;
import org.o365relay.queue.QueueUnavailableException.Reason;

/// What the program ends with, after BSD's sysexits. `--help` lists them; keep both the same.
public final class ExitCode {

    public static final int OK = 0;
    /// Somebody was asked, and said no.
    public static final int DECLINED = 1;
    /// The command line is wrong.
    public static final int USAGE = 64;
    /// Data is damaged.
    public static final int DAMAGED = 65;
    /// There is no such message.
    public static final int NO_SUCH_MESSAGE = 66;
    /// A port is in use, a server cannot be reached, or the relay is not running.
    public static final int UNAVAILABLE = 69;
    /// A bug, or a demonstration that failed.
    public static final int INTERNAL = 70;
    /// A directory or file cannot be used.
    public static final int CANNOT_CREATE = 73;
    /// It stopped in the middle: some messages are changed, others not.
    public static final int PARTLY_DONE = 74;
    /// Another relay holds the data directory.
    public static final int LOCKED = 75;
    /// The relay that runs is of another version than the command.
    public static final int VERSION_MISMATCH = 76;
    /// Not allowed: whoever asks may not ask this relay; or the relay would refuse the message, or some of its
    /// recipients.
    public static final int REFUSED = 77;
    /// The configuration is wrong.
    public static final int CONFIGURATION = 78;

    private ExitCode() {}

    /// @return what it means that a queue cannot be used
    static int of(Reason reason) {
        return switch (reason) {
            case IN_USE -> LOCKED;
            case UNUSABLE_DIRECTORY, OLDER_SCHEMA -> CANNOT_CREATE;
            case DAMAGED, NEWER_SCHEMA -> DAMAGED;
        };
    }

    /// @return what it means that a relay does not do what it is asked
    static int of(ControlException.Kind kind) {
        return switch (kind) {
            case NOT_RUNNING -> UNAVAILABLE;
            case INTERRUPTED -> PARTLY_DONE;
            case NOT_PERMITTED -> REFUSED;
            case VERSION_MISMATCH -> VERSION_MISMATCH;
            case BAD_REQUEST -> USAGE;
            case QUEUE -> CANNOT_CREATE;
            case DAMAGED -> DAMAGED;
        };
    }
}
