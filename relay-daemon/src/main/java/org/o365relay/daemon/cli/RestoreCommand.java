package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.o365relay.queue.QueueRestore;
import org.o365relay.queue.QueueUnavailableException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `o365-relay restore`: a backup becomes the queue.
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Makes a backup the queue. The relay must be stopped. Run it as the relay's user, so that the files belong"
                    + " to it.",
            "What was delivered after the backup was made will be delivered again: the history of every open message"
                    + " says \"restored\". With --hold nothing leaves until you have looked and released it.",
        })
public final class RestoreCommand implements Callable<Integer> {

    private final InstantSource clock = InstantSource.system();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Parameters(paramLabel = "FILE", description = "What \"o365-relay backup\" made, or a copy kept before an upgrade.")
    private Path backup = Path.of("queue.db");

    @Option(names = "--replace", description = "Move a queue that is there to replaced/ in the data directory.")
    private boolean replace;

    @Option(names = "--hold", description = "Put all open messages on hold.")
    private boolean hold;

    @Override
    public Integer call() throws CommandFailed {
        Path directory = config.readForOperators().settings().queue().directory();
        PrintWriter out = spec.commandLine().getOut();
        try {
            QueueRestore.Result restored = new QueueRestore(directory, clock).restore(backup, replace, hold);
            if (restored.previous() != null) {
                out.println("The queue that was there is in " + restored.previous());
            }
            out.println("Restored: " + restored.open() + " open messages" + (hold ? ", all of them on hold." : "."));
            out.flush();
            return ExitCode.OK;
        } catch (QueueUnavailableException e) {
            throw new CommandFailed(ExitCode.of(e.reason()), String.valueOf(e.getMessage()));
        }
    }
}
