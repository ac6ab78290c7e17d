package org.o365relay.daemon.sandbox.scenario;

import java.util.List;

/// A scenario that cannot be played.
public final class BadScenario extends Exception {

    private static final long serialVersionUID = 1;

    /// @param mistakes each with file and line
    BadScenario(List<String> mistakes) {
        super(String.join("\n", mistakes));
    }
}
