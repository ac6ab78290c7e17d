package org.o365relay.daemon.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.o365relay.daemon.control.ControlException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay queue delete`.
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Delete messages without notifying their senders. The history is kept.")
final class QueueDeleteCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private BulkOptions targets = new BulkOptions();

    QueueDeleteCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new QueueActionRunner(context, targets, QueueAction.delete()).run();
    }
}
