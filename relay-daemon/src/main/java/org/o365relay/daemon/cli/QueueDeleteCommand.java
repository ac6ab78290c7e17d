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
        description = "Deletes messages. Nobody is told; the history still knows of them.")
final class QueueDeleteCommand implements Callable<Integer> {

    private final Desk desk;

    @Mixin
    private Targets targets = new Targets();

    QueueDeleteCommand(Desk desk) {
        this.desk = desk;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new Changing(desk, targets, Deed.delete()).run();
    }
}
