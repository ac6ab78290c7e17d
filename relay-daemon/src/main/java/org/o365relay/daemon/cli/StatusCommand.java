package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Running;
import org.o365relay.alert.Alert;
import org.o365relay.alert.AlertKind;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.StatusCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `o365-relay status`: shows the status of the relay.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Show the status of the relay.",
            "Shows uptime, listeners, mailboxes, message rates, queue, disk space and alerts.",
            "Exits with 0 if mail can be sent; 69 if the relay is not running, new mail is rejected, or a mailbox is"
                    + " blocked or paused; 73 if the queue cannot be written; and 65 if it is damaged.",
            "With --check, prints one line for a monitoring system and exits with 0 (OK), 1 (WARNING), 2 (CRITICAL) or"
                    + " 3 (UNKNOWN), as a Nagios plugin does."
        })
public final class StatusCommand implements Callable<Integer> {

    private static final String CLEAR = "\u001b[H\u001b[2J\u001b[3J";
    private static final int MAX_INTERVAL = 3600;
    private static final int DEFAULT_ROWS = 24;

    private final CliEnvironment environment;
    private final Sleeper sleeper;
    private final IntSupplier rows;

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
            description = "Refresh every SECONDS (default: 2) until Ctrl-C, shortened to the height of the terminal"
                    + " ($LINES; 24 if not set).")
    private @Nullable Integer seconds;

    @Option(names = "--check", description = "Print one line for a monitoring system, with its exit codes.")
    private boolean check;

    /// Waits between refreshes.
    @FunctionalInterface
    interface Sleeper {

        /// @throws InterruptedException to end the command
        void sleep(Duration time) throws InterruptedException;
    }

    public StatusCommand(CliEnvironment environment) {
        this(environment, Thread::sleep, StatusCommand::terminalRows);
    }

    /// @param rows height of the terminal
    StatusCommand(CliEnvironment environment, Sleeper sleeper, IntSupplier rows) {
        this.environment = environment;
        this.sleeper = sleeper;
        this.rows = rows;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        if ((seconds != null ? 1 : 0) + (output.isJson() ? 1 : 0) + (check ? 1 : 0) > 1) {
            throw new CommandFailed(ExitCode.USAGE, "--check, --json and --watch cannot be combined");
        }
        if (check) {
            return check();
        }
        if (seconds != null && (seconds < 1 || seconds > MAX_INTERVAL)) {
            throw new CommandFailed(
                    ExitCode.USAGE, "--watch must be 1 to " + MAX_INTERVAL + " seconds, not " + seconds);
        }
        CommandContext context = new CommandContext(environment, config, output);
        Valid configuration = context.configuration();
        config.warnIfDataDirectoryIsReadable(configuration.settings());
        return seconds == null
                ? once(context, configuration)
                : watch(context, configuration, Duration.ofSeconds(seconds));
    }

    private int check() {
        try {
            CommandContext context = new CommandContext(environment, config, output);
            StatusCheck check = StatusCheck.of(status(context, context.configuration()));
            output.lines(List.of(check.line()));
            return check.level().exitCode();
        } catch (CommandFailed | ControlException e) {
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            output.lines(List.of("O365-RELAY UNKNOWN - " + why));
            return StatusCheck.Level.UNKNOWN.exitCode();
        }
    }

    private int once(CommandContext context, Valid configuration) throws ControlException {
        RelayStatus status = status(context, configuration);
        if (output.isJson()) {
            output.json(ControlJson.toJson(status));
        } else {
            output.lines(lines(context, configuration, status));
        }
        return exitCode(status);
    }

    private static int exitCode(RelayStatus status) {
        Running running = status.running();
        List<String> alerts = running == null
                ? List.of()
                : running.alerts().stream().map(Alert::name).toList();
        if (alerts.contains(AlertKind.QUEUE_UNUSABLE.key())) {
            return ExitCode.CANNOT_CREATE;
        }
        if (alerts.contains(AlertKind.QUEUE_DAMAGED.key())) {
            return ExitCode.DAMAGED;
        }
        return StatusCheck.isStuck(status) ? ExitCode.UNAVAILABLE : ExitCode.OK;
    }

    private int watch(CommandContext context, Valid configuration, Duration interval) {
        try {
            while (true) {
                List<String> lines = snapshot(context, configuration);
                clear();
                output.lines(lines);
                sleeper.sleep(interval);
            }
        } catch (InterruptedException e) {
            return ExitCode.OK;
        }
    }

    /// @return the lines of the status, or the error message if the relay does not respond, for example during
    ///     a restart
    private List<String> snapshot(CommandContext context, Valid configuration) {
        try {
            RelayStatus status = status(context, configuration);
            return environment.isInteractive()
                    ? context.statusReport(configuration)
                            .lines(status, context.waitReasons(status, configuration), rows.getAsInt() - 1)
                    : lines(context, configuration, status);
        } catch (ControlException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private static List<String> lines(CommandContext context, Valid configuration, RelayStatus status) {
        return context.statusReport(configuration).lines(status, context.waitReasons(status, configuration));
    }

    private static RelayStatus status(CommandContext context, Valid configuration) throws ControlException {
        try (Control relay = context.connect(configuration)) {
            return relay.status();
        }
    }

    private static int terminalRows() {
        String rows = System.getenv("LINES");
        return rows != null && rows.matches("[1-9]\\d{1,3}") ? Integer.parseInt(rows) : DEFAULT_ROWS;
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
