package org.o365relay.daemon.cli;

import java.util.List;

/// The commands with which an operator sees and steers a relay.
public final class OperatorCommands {

    private OperatorCommands() {}

    /// @return `queue`, `trace`, `mailboxes` and `status`, for [CommandLines#of]
    public static List<Object> of(CliEnvironment place) {
        return List.of(
                new StatusCommand(place, Thread::sleep),
                QueueCommand.commands(place),
                new TraceCommand(place),
                MailboxesCommand.commands(place));
    }
}
