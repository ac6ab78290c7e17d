package org.o365relay.daemon.cli;

/// A command cannot do what it was asked, for a reason the user can understand and change.
public final class CommandFailed extends Exception {

    private static final long serialVersionUID = 1;

    private final int exitCode;

    /// @param exitCode one of [ExitCode]
    /// @param message what is wrong and, if it is not obvious, what to do
    public CommandFailed(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
