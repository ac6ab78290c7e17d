package org.o365relay.sandbox.scenario;

import java.util.List;

/// Thrown if the scenario file has errors.
public final class InvalidScenarioException extends Exception {

    private static final long serialVersionUID = 1;

    /// @param problems all problems, each with the file and, if known, the line
    InvalidScenarioException(List<String> problems) {
        super(String.join("\n", problems));
    }
}
