package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.BlockedMailboxes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `o365-relay status`: the relay on one screen.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Shows the relay on one screen: since when it runs, where it listens, whether mail leaves, how much comes and"
                    + " goes, what waits, room on the disk, and what is wrong.",
            "Ends with 0 if the relay is running, and with 69 if it is not."
        })
final class StatusCommand implements Callable<Integer> {

    private static final String CLEAR = "\u001b[H\u001b[2J\u001b[3J";
    private static final int MAX_INTERVAL = 3600;

    private final CliEnvironment environment;
    private final Sleeper sleeper;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Option(
            names = "--watch",
            arity = "0..1",
            paramLabel = "SECONDS",
            fallbackValue = "2",
            description = "Show it again and again, every 2 seconds or as given, until Ctrl-C.")
    private @Nullable Integer seconds;

    /// Lets some time pass.
    @FunctionalInterface
    interface Sleeper {

        /// @throws InterruptedException if it is time to end
        void sleep(Duration time) throws InterruptedException;
    }

    StatusCommand(CliEnvironment place, Sleeper rest) {
        this.environment = place;
        this.sleeper = rest;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        if (seconds != null && output.isJson()) {
            throw new CommandFailed(ExitCode.USAGE, "--json prints one document; leave out --watch");
        }
        if (seconds != null && (seconds < 1 || seconds > MAX_INTERVAL)) {
            throw new CommandFailed(ExitCode.USAGE, "--watch is 1 to " + MAX_INTERVAL + " seconds, not " + seconds);
        }
        CommandContext desk = new CommandContext(environment, config, output);
        Valid configuration = desk.configuration();
        return seconds == null ? once(desk, configuration) : watch(desk, configuration, Duration.ofSeconds(seconds));
    }

    private int once(CommandContext desk, Valid configuration) throws ControlException {
        RelayStatus status = status(desk, configuration);
        if (output.isJson()) {
            output.json(ControlJson.text(status));
        } else {
            output.lines(lines(desk, configuration, status));
        }
        return status.running() == null ? ExitCode.UNAVAILABLE : ExitCode.OK;
    }

    private int watch(CommandContext desk, Valid configuration, Duration interval) {
        try {
            while (true) {
                List<String> lines = snapshot(desk, configuration);
                clear();
                output.lines(lines);
                sleeper.sleep(interval);
            }
        } catch (InterruptedException e) {
            return ExitCode.OK;
        }
    }

    /// A relay that is being restarted is looked at again.
    private static List<String> snapshot(CommandContext desk, Valid configuration) {
        try {
            return lines(desk, configuration, status(desk, configuration));
        } catch (ControlException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private static List<String> lines(CommandContext desk, Valid configuration, RelayStatus status) {
        BlockedMailboxes closed =
                BlockedMailboxes.of(status, configuration.settings().routes().targets());
        return desk.statusReport(configuration).lines(status, closed);
    }

    private static RelayStatus status(CommandContext desk, Valid configuration) throws ControlException {
        try (Control relay = desk.connect(configuration)) {
            return relay.status();
        }
    }

    private void clear() {
        PrintWriter out = spec.commandLine().getOut();
        if (environment.isInteractive()) {
            out.print(CLEAR);
        } else {
            out.println();
        }
    }
}
