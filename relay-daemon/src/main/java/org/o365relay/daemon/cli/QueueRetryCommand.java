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

    private final Desk desk;

    @Mixin
    private Targets targets = new Targets();

    QueueRetryCommand(Desk desk) {
        this.desk = desk;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new Changing(desk, targets, Deed.retry()).run();
    }
}
