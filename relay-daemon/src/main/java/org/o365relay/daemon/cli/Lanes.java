package org.o365relay.daemon.cli;

import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.report.ClosedLanes;

/// The ways out of a relay that runs.
final class Lanes {

    private Lanes() {}

    static ClosedLanes closed(Control relay, Valid configuration) throws ControlException {
        return relay.isRunning()
                ? ClosedLanes.of(
                        relay.status(), configuration.settings().routes().targets())
                : ClosedLanes.NONE;
    }
}
