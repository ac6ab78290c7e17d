package org.o365relay.daemon.cli;

import org.o365relay.RelaySettings;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.report.DeviceNames;
import org.o365relay.daemon.report.Layout;
import org.o365relay.daemon.report.MessageReport;
import org.o365relay.daemon.report.QueueReport;
import org.o365relay.daemon.report.ReasonTexts;
import org.o365relay.daemon.report.StatusReport;
import org.o365relay.exchange.ReplyCatalogue;

/// What every operator's command has at hand.
record CommandContext(CliEnvironment place, ConfigFile config, OutputOptions answer) {

    Valid configuration() throws CommandFailed {
        return config.readForOperators();
    }

    /// @return to be closed
    Control relay(Valid configuration) throws ControlException {
        DeviceRecords.quieten();
        return place.relay().reach(configuration);
    }

    Layout layout() {
        return answer.layout(place);
    }

    QueueReport queueReport(Valid configuration) {
        return new QueueReport(layout(), meanings(), names(configuration.settings()));
    }

    StatusReport statusReport(Valid configuration) {
        return new StatusReport(layout(), meanings(), names(configuration.settings()));
    }

    MessageReport story(Valid configuration) {
        return new MessageReport(layout(), meanings(), names(configuration.settings()));
    }

    private static ReasonTexts meanings() {
        return new ReasonTexts(ReplyCatalogue.microsoft365());
    }

    private static DeviceNames names(RelaySettings settings) {
        return new DeviceNames(settings.listeners());
    }
}
