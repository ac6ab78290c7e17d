package org.o365relay.daemon.cli;

/// The commands with which an operator sees and steers a relay.
public final class OperatorCommands {

    private OperatorCommands() {}

    /// @return `queue`, `trace`, `lanes` and `status`, for [CommandLines#of]
    public static Object[] of(Workplace place) {
        return new Object[] {
            QueueCommand.commands(place),
            new TraceCommand(place),
            LanesCommand.commands(place),
            new StatusCommand(place, Thread::sleep)
        };
    }
}
