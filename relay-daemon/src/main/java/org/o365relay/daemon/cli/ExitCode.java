package org.o365relay.daemon.cli;

import org.o365relay.queue.QueueUnavailableException.Reason;

/// What the program ends with, after BSD's sysexits. `--help` lists them; keep both the same.
public final class ExitCode {

    public static final int OK = 0;
    /// The command line is wrong.
    public static final int USAGE = 64;
    /// Data is damaged.
    public static final int DAMAGED = 65;
    /// A port is in use, or a server cannot be reached.
    public static final int UNAVAILABLE = 69;
    /// A bug, or a demonstration that failed.
    public static final int INTERNAL = 70;
    /// A directory or file cannot be used.
    public static final int CANNOT_CREATE = 73;
    /// Another relay holds the data directory.
    public static final int LOCKED = 75;
    /// The relay would refuse the message, or some of its recipients.
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
}
