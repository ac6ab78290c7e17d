package org.o365relay.config.hocon;

/// A position in a configuration file.
///
/// @param line line number, starting at 1; 0 if unknown
public record FilePosition(String file, int line) {}
