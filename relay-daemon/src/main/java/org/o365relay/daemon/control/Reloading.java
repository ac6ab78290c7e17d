package org.o365relay.daemon.control;

import java.nio.file.Path;

/// Reloads the configuration of the relay in this process.
@FunctionalInterface
public interface Reloading {

    /// @param file file that the operator expects to be used
    /// @param compareOnly whether to report the differences without changing anything
    /// @param by user name of the operator
    /// @throws ControlException of kind [ControlException.Kind#BAD_REQUEST] if the relay uses another file
    ReloadResult run(Path file, boolean compareOnly, String by) throws ControlException;
}
