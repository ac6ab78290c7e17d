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
        description = "Bounce messages: stop their delivery and send DSNs to the senders.")
final class QueueBounceCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private BulkOptions targets = new BulkOptions();

    QueueBounceCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new QueueActionRunner(context, targets, QueueAction.bounce()).run();
    }
}
