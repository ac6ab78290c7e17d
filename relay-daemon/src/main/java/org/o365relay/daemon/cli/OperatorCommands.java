package org.o365relay.daemon.cli;

import java.util.List;

/// The commands that monitor and control a relay.
public final class OperatorCommands {

    private OperatorCommands() {}

    /// @return `queue`, `trace`, `mailboxes` and `status`, for [CommandLines#of]
    public static List<Object> of(CliEnvironment environment) {
        return List.of(
                new StatusCommand(environment, Thread::sleep),
                QueueCommand.commands(environment),
                new TraceCommand(environment),
                MailboxesCommand.commands(environment));
    }
}
