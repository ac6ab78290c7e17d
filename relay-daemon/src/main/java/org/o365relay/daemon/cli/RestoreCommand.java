package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.o365relay.daemon.report.Amounts;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.maintenance.QueueRestore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `o365-relay restore`: replaces the queue with a backup.
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Restore the queue from a backup.",
            "Stop the relay first, and run this command as the relay's user, so that the files belong to that user.",
            "Messages delivered after the backup was made are delivered again; the history of each open message shows"
                    + " \"restored\". With --hold, nothing is sent until you release the messages.",
        })
public final class RestoreCommand implements Callable<Integer> {

    private final InstantSource clock = InstantSource.system();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Parameters(
            paramLabel = "FILE",
            description = "Backup made by \"o365-relay backup\", or the copy made before an upgrade.")
    private Path backup = Path.of("queue.db");

    @Option(
            names = "--replace",
            description = "Replace an existing queue; it is moved to replaced/ in the data directory.")
    private boolean replace;

    @Option(names = "--hold", description = "Put all restored messages on hold.")
    private boolean hold;

    @Override
    public Integer call() throws CommandFailed, QueueUnavailableException {
        Path directory = config.readForOperators().settings().queue().directory();
        PrintWriter out = spec.commandLine().getOut();
        QueueRestore.Result restored = new QueueRestore(directory, clock).restore(backup, replace, hold);
        if (restored.previous() != null) {
            out.println("The previous queue was moved to " + restored.previous());
        }
        out.println("Restored: " + Amounts.of(restored.open(), "open message") + (hold ? ", all on hold." : "."));
        out.flush();
        return ExitCode.OK;
    }
}
