package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.o365relay.daemon.report.Amounts;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.maintenance.QueueBackup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `o365-relay backup`: copies the queue to a file.
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Back up the queue.",
            "Copies the queue to DIR/queue-YYYYMMDD-HHMMSS.db (UTC) and verifies the copy. Works whether or not the relay is"
                    + " running. The file contains mail; only its owner can read it.",
            "The backup contains every message acknowledged before it started. Messages delivered after the backup are"
                    + " delivered again if it is restored; see \"o365-relay restore\"."
        })
public final class BackupCommand implements Callable<Integer> {

    private final InstantSource clock = InstantSource.system();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Parameters(paramLabel = "DIR", description = "Existing directory, preferably on another disk.")
    private Path target = Path.of(".");

    @Override
    public Integer call() throws CommandFailed, QueueUnavailableException {
        Path directory = config.readForOperators().settings().queue().directory();
        PrintWriter out = spec.commandLine().getOut();
        QueueBackup.Result result = new QueueBackup(directory, clock).writeTo(target);
        out.println(result.file() + ": " + Amounts.of(result.open(), "open message") + ", "
                + (result.octets() + 1023) / 1024 + " KiB");
        out.flush();
        return ExitCode.OK;
    }
}
