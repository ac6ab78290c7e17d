package org.o365relay.sandbox.scenario;

import java.util.List;

/// The scenario file has errors.
public final class InvalidScenarioException extends Exception {

    private static final long serialVersionUID = 1;

    /// @param problems problems, each with file and line
    InvalidScenarioException(List<String> problems) {
        super(String.join("\n", problems));
    }
}
