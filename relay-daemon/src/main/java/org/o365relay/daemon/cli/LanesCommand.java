package org.o365relay.daemon.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Running;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.LaneLines;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay lanes`: does mail leave, through which mailbox, and if not, why?
@Command(
        name = "lanes",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Shows for every mailbox whether mail leaves through it; if not, why and what to do.")
final class LanesCommand implements Callable<Integer> {

    private final Workplace place;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Mixin
    private Answer answer = new Answer();

    private LanesCommand(Workplace place) {
        this.place = place;
    }

    static CommandLine commands(Workplace place) {
        LanesCommand lanes = new LanesCommand(place);
        Desk desk = lanes.desk();
        return new CommandLine(lanes)
                .addSubcommand(new LanesPauseCommand(desk))
                .addSubcommand(new LanesResumeCommand(desk));
    }

    private Desk desk() {
        return new Desk(place, config, answer);
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        Desk desk = desk();
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
                List<String> lines = new LaneLines(desk.layout())
                        .lines(running.lanes(), status.queue().mailboxes());
                answer.lines(lines);
            }
        }
        return ExitCode.OK;
    }
}
