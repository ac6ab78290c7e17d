package org.o365relay.daemon.cli;

import org.o365relay.config.Configuration;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;

/// How a command comes to a relay.
@FunctionalInterface
public interface RelayAccess {

    /// @return the relay of this configuration; its queue alone if none runs
    Control connect(Configuration.Valid configuration) throws ControlException;
}
