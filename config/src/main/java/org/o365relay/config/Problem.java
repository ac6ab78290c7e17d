package org.o365relay.config;

/// Something in a configuration file that the operator must or should change.
///
/// @param file as it was given, or the included file it stands in
/// @param line from 1; 0 if it cannot be tied to a line
/// @param path the key, for example `relay.listeners[0].port`; empty if it is about the file as a whole
/// @param message what is wrong and what to do; never contains a secret
public record Problem(String file, int line, String path, String message) {

    /// @return for example `relay.conf:12: relay.listeners[0].port: 70000 is not a port; use 1 to 65535`
    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + (path.isEmpty() ? "" : path + ": ") + message;
    }
}
