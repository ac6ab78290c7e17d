package org.o365relay.daemon.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.o365relay.daemon.control.ControlException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay queue release`.
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Release messages that are on hold.")
final class QueueReleaseCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private BulkOptions targets = new BulkOptions();

    QueueReleaseCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new QueueActionRunner(context, targets, QueueAction.release()).run();
    }
}
