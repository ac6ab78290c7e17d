package org.o365relay.daemon.cli;

import java.nio.file.Path;
import org.o365relay.RelaySettings;
import org.o365relay.RelayStatus;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.control.ReloadResult;
import org.o365relay.daemon.report.DeviceNames;
import org.o365relay.daemon.report.Layout;
import org.o365relay.daemon.report.MessageReport;
import org.o365relay.daemon.report.QueueReport;
import org.o365relay.daemon.report.ReasonTexts;
import org.o365relay.daemon.report.StatusReport;
import org.o365relay.daemon.report.WaitReasons;

/// The environment, configuration file and output options that the operator commands share.
public record CommandContext(CliEnvironment environment, ConfigFile config, OutputOptions output) {

    public Valid configuration() throws CommandFailed {
        return config.readForOperators();
    }

    /// @return a connection to the relay or its queue, to be closed by the caller
    public Control connect(Valid configuration) throws ControlException {
        DeviceRecords.silenceQueueLog();
        return environment.access().connect(configuration);
    }

    /// Reloads the configuration of the running relay, or compares it with the file, and prints the result.
    ///
    /// @param compareOnly if true, compares without changing anything
    /// @return the exit code
    int reload(boolean compareOnly) throws CommandFailed, ControlException {
        Path file = config.file().toAbsolutePath();
        try (Control relay = connect(config.readWithProblems())) {
            ReloadResult result = relay.reload(file, compareOnly);
            ReloadText text = new ReloadText(result, config.file());
            if (output.isJson()) {
                output.json(ControlJson.toJson(result));
            } else {
                output.lines(text.lines());
                config.report(text.notes());
            }
            return text.exitCode();
        }
    }

    /// @return why messages wait
    public WaitReasons waitReasons(Control relay, Valid configuration) throws ControlException {
        return relay.isRunning()
                ? waitReasons(relay.status(), configuration)
                : WaitReasons.notRunning(layout().times());
    }

    public WaitReasons waitReasons(RelayStatus status, Valid configuration) {
        return WaitReasons.of(status, configuration.settings().routes().targets(), layout().times());
    }

    public Layout layout() {
        return output.layout(environment);
    }

    public QueueReport queueReport(Valid configuration) {
        return new QueueReport(layout(), reasonTexts(), deviceNames(configuration.settings()));
    }

    StatusReport statusReport(Valid configuration) {
        return new StatusReport(layout(), reasonTexts(), deviceNames(configuration.settings()));
    }

    public MessageReport messageReport(Valid configuration) {
        return new MessageReport(layout(), reasonTexts(), deviceNames(configuration.settings()));
    }

    static ReasonTexts reasonTexts() {
        return new ReasonTexts();
    }

    private static DeviceNames deviceNames(RelaySettings settings) {
        return new DeviceNames(settings.listeners());
    }
}
