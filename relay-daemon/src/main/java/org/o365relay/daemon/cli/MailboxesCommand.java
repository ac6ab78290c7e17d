package org.o365relay.daemon.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Running;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.MailboxLines;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay lanes`: does mail leave, through which mailbox, and if not, why?
@Command(
        name = "lanes",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Shows for every mailbox whether mail leaves through it; if not, why and what to do.")
final class MailboxesCommand implements Callable<Integer> {

    private final CliEnvironment place;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Mixin
    private OutputOptions answer = new OutputOptions();

    private MailboxesCommand(CliEnvironment place) {
        this.place = place;
    }

    static CommandLine commands(CliEnvironment place) {
        MailboxesCommand lanes = new MailboxesCommand(place);
        CommandContext desk = lanes.desk();
        return new CommandLine(lanes)
                .addSubcommand(new MailboxesPauseCommand(desk))
                .addSubcommand(new MailboxesResumeCommand(desk));
    }

    private CommandContext desk() {
        return new CommandContext(place, config, answer);
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        CommandContext desk = desk();
        try (Control relay = desk.relay(desk.configuration())) {
            RelayStatus status = relay.status();
            Running running = status.running();
            if (running == null) {
                throw new CommandFailed(
                        ExitCode.UNAVAILABLE,
                        "the relay is not running, so nothing leaves through any mailbox. Start it: systemctl start"
                                + " o365-relay");
            }
            if (answer.isJson()) {
                answer.json(ControlJson.lanes(running.lanes()));
            } else {
                List<String> lines = new MailboxLines(desk.layout())
                        .lines(running.lanes(), status.queue().mailboxes());
                answer.lines(lines);
            }
        }
        return ExitCode.OK;
    }
}
