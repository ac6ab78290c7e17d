package org.o365relay.config.hocon;

/// A problem in a configuration file that the operator must or should fix.
///
/// @param file path of the configuration file as given, or of the included file
/// @param line line number, starting at 1; 0 if unknown
/// @param path key, for example `relay.listeners[0].port`; empty if the problem concerns the whole file
/// @param message what is wrong and how to fix it; never contains a secret
public record Problem(String file, int line, String path, String message) {

    /// @return the problem on one line, for example
    ///     `relay.conf:12: relay.listeners[0].port: 70000 is not a port; use 1 to 65535`
    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + (path.isEmpty() ? "" : path + ": ") + message;
    }
}
