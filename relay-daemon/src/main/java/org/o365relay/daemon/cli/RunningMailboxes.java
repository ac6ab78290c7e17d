package org.o365relay.daemon.cli;

import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.report.BlockedMailboxes;

/// The ways out of a relay that runs.
final class RunningMailboxes {

    private RunningMailboxes() {}

    static BlockedMailboxes closed(Control relay, Valid configuration) throws ControlException {
        return relay.isRunning()
                ? BlockedMailboxes.of(
                        relay.status(), configuration.settings().routes().targets())
                : BlockedMailboxes.NONE;
    }
}
