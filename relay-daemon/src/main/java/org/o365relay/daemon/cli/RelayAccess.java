package org.o365relay.daemon.cli;

import org.o365relay.config.Configuration;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;

/// Connects commands to a relay.
@FunctionalInterface
public interface RelayAccess {

    /// @return a connection to the relay with this configuration; if the relay is not running, read-only access
    ///     to its queue
    Control connect(Configuration.Valid configuration) throws ControlException;
}
