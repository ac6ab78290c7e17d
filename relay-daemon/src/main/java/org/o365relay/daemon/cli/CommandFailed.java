package org.o365relay.daemon.cli;

/// Thrown if a command fails for a reason that the user can correct.
public final class CommandFailed extends Exception {

    private static final long serialVersionUID = 1;

    private final int exitCode;

    /// @param exitCode one of [ExitCode]
    /// @param message what is wrong and, unless obvious, what to do
    public CommandFailed(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
