package org.o365relay.daemon.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.o365relay.daemon.control.ControlException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay queue bounce`.
@Command(
        name = "bounce",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Gives messages up and tells their authors, as after any failure.")
final class QueueBounceCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private BulkOptions targets = new BulkOptions();

    QueueBounceCommand(CommandContext desk) {
        this.context = desk;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new QueueActionRunner(context, targets, QueueAction.bounce()).run();
    }
}
