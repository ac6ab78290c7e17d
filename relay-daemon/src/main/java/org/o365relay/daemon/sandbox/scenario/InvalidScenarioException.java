package org.o365relay.daemon.sandbox.scenario;

import java.util.List;

/// A scenario that cannot be played.
public final class InvalidScenarioException extends Exception {

    private static final long serialVersionUID = 1;

    /// @param mistakes each with file and line
    InvalidScenarioException(List<String> mistakes) {
        super(String.join("\n", mistakes));
    }
}
