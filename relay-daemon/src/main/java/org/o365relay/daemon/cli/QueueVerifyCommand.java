package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.queue.Finding;
import org.o365relay.queue.QueueRepair;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueVerifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `o365-relay queue verify`: is the queue sound? And with `--repair`: save what can be saved.
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Reads the whole queue and says what is wrong with it: pages that cannot be read, messages that make no sense"
                    + " or whose content is not whole, what belongs to nothing.",
            "Only reads; works beside a running relay and without one.",
            "With --repair, and the relay stopped, it first copies the files as they are to quarantine/ in the data"
                    + " directory; then it keeps everything that can be read, and puts messages that cannot be delivered"
                    + " on hold, with what there is of them in quarantine. Nothing is discarded."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the queue is sound, or was repaired and every message is in it",
            "65:it is damaged; with --repair: it is sound again, and messages in quarantine want to be looked at",
            "73:it cannot be read or written, or there is no room",
            "75:a relay is running (--repair)"
        })
public final class QueueVerifyCommand implements Callable<Integer> {

    private final CommandContext context;
    private final InstantSource clock = InstantSource.system();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--repair", description = "Repair what is wrong. The relay must be stopped.")
    private boolean repair;

    /// @param context of the command it belongs to
    QueueVerifyCommand(CommandContext desk) {
        this.context = desk;
    }

    @Override
    public Integer call() throws CommandFailed {
        if (context.output().isJson()) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "verify prints no JSON, but ends with 65 if the queue is damaged;" + " leave out --json");
        }
        QueueSettings queue = context.configuration().settings().queue();
        PrintWriter out = spec.commandLine().getOut();
        try {
            return repair ? repair(queue, out) : verify(queue, out);
        } catch (QueueUnavailableException e) {
            throw new CommandFailed(ExitCode.of(e.reason()), String.valueOf(e.getMessage()));
        } finally {
            out.flush();
        }
    }

    private int verify(QueueSettings queue, PrintWriter out) throws QueueUnavailableException {
        List<Finding> findings = new QueueVerifier(queue, clock).verify();
        findings.forEach(finding -> out.println(label(finding.kind()) + finding.text()));
        boolean damaged = findings.stream().anyMatch(Finding::isDamage);
        out.println(
                damaged
                        ? "The queue is damaged. Stop the relay and run this with --repair; it copies the files first."
                        : "The queue is sound.");
        return damaged ? ExitCode.DAMAGED : ExitCode.OK;
    }

    private static String label(Finding.Kind kind) {
        return switch (kind) {
            case FILE -> "file:     ";
            case MESSAGE -> "message:  ";
            case INCONSISTENCY -> "trifle:   ";
            case NOTE -> "note:     ";
        };
    }

    private int repair(QueueSettings queue, PrintWriter out) throws QueueUnavailableException {
        QueueRepair.Report report = new QueueRepair(queue, clock).repair();
        out.println("The files as they were are in " + report.quarantine());
        report.actions().forEach(out::println);
        report.quarantined().forEach(out::println);
        out.println("The queue is in order. It holds " + report.open() + " open messages; "
                + (report.quarantined().isEmpty()
                        ? "nothing had to be set aside."
                        : report.quarantined().size() + " were set aside: look at them in " + report.quarantine() + "."));
        return report.quarantined().isEmpty() ? ExitCode.OK : ExitCode.DAMAGED;
    }
}
