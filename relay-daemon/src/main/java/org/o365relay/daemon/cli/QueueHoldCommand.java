package org.o365relay.daemon.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.o365relay.daemon.control.ControlException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay queue hold`.
@Command(
        name = "hold",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Put messages on hold. They are not delivered until released.")
final class QueueHoldCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private BulkOptions targets = new BulkOptions();

    QueueHoldCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new QueueActionRunner(context, targets, QueueAction.hold()).run();
    }
}
