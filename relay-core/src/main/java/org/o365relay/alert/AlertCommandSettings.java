package org.o365relay.alert;

import java.time.Duration;
import java.util.List;

/// The local command that runs for each alert.
///
/// @param arguments absolute path of the program, and its arguments; no shell interprets them
/// @param timeout time after which the command is killed
public record AlertCommandSettings(List<String> arguments, Duration timeout) {

    public AlertCommandSettings {
        arguments = List.copyOf(arguments);
    }
}
