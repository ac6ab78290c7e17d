package org.o365relay.daemon.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.o365relay.daemon.control.ControlException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay queue retry`.
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {"Retry messages now instead of at their scheduled time.", "Messages on hold stay on hold."})
final class QueueRetryCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private BulkOptions targets = new BulkOptions();

    QueueRetryCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new QueueActionRunner(context, targets, QueueAction.retry()).run();
    }
}
