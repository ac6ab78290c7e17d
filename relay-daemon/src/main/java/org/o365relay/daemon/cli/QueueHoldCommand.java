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
        description = "Puts messages on hold: they are not tried until they are released.")
final class QueueHoldCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private BulkOptions targets = new BulkOptions();

    QueueHoldCommand(CommandContext desk) {
        this.context = desk;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new QueueActionRunner(context, targets, QueueAction.hold()).run();
    }
}
