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
        description =
                "Has messages tried as soon as possible, without waiting for their next time. What is on hold stays so.")
final class QueueRetryCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private BulkOptions targets = new BulkOptions();

    QueueRetryCommand(CommandContext desk) {
        this.context = desk;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new QueueActionRunner(context, targets, QueueAction.retry()).run();
    }
}
