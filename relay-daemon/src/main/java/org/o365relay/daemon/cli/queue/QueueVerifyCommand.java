package org.o365relay.daemon.cli.queue;

import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.daemon.cli.CommandContext;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ExitCode;
import org.o365relay.daemon.cli.ProgramVersion;
import org.o365relay.daemon.report.Amounts;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.maintenance.Finding;
import org.o365relay.queue.maintenance.QueueRepair;
import org.o365relay.queue.maintenance.QueueVerifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `o365-relay queue verify`: checks the integrity of the queue and, with `--repair`, repairs it.
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Verify the integrity of the queue.",
            "Reports unreadable pages, inconsistent messages, incomplete content and orphaned rows. Changes nothing; works"
                    + " whether or not the relay is running.",
            "With --repair, and the relay stopped, copies the files to quarantine/ in the data directory, then keeps"
                    + " everything that can be read. Messages that cannot be delivered are put on hold; what remains of"
                    + " them is in quarantine. Nothing is discarded."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:queue intact, or repaired without loss",
            "65:queue damaged; with --repair: repaired, inspect the messages in quarantine",
            "73:queue not readable or writable, or disk full",
            "75:relay running (--repair)"
        })
public final class QueueVerifyCommand implements Callable<Integer> {

    private final CommandContext context;
    private final InstantSource clock = InstantSource.system();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--repair", description = "Repair the queue. The relay must be stopped.")
    private boolean repair;

    /// @param context context of the parent command
    QueueVerifyCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, QueueUnavailableException {
        if (context.output().isJson()) {
            throw new CommandFailed(
                    ExitCode.USAGE, "verify does not support --json; it exits with 65 if the queue is damaged");
        }
        QueueSettings queue = context.configuration().settings().queue();
        PrintWriter out = spec.commandLine().getOut();
        try {
            return repair ? repair(queue, out) : verify(queue, out);
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
                        ? "The queue is damaged. Stop the relay and run this command with --repair; it copies the files first."
                        : "The queue is intact.");
        return damaged ? ExitCode.DAMAGED : ExitCode.OK;
    }

    private static String label(Finding.Kind kind) {
        return switch (kind) {
            case FILE -> "file:     ";
            case MESSAGE -> "message:  ";
            case INCONSISTENCY -> "minor:    ";
            case NOTE -> "note:     ";
        };
    }

    private int repair(QueueSettings queue, PrintWriter out) throws QueueUnavailableException {
        QueueRepair.Report report = new QueueRepair(queue, clock).repair();
        out.println("The original files were copied to " + report.quarantine());
        report.actions().forEach(out::println);
        report.quarantined().forEach(out::println);
        int quarantined = report.quarantined().size();
        out.println("The queue is repaired. It contains " + Amounts.of(report.open(), "open message") + "; "
                + switch (quarantined) {
                    case 0 -> "no message was quarantined.";
                    case 1 -> "1 was quarantined; inspect it in " + report.quarantine() + ".";
                    default -> quarantined + " were quarantined; inspect them in " + report.quarantine() + ".";
                });
        return quarantined == 0 ? ExitCode.OK : ExitCode.DAMAGED;
    }
}
