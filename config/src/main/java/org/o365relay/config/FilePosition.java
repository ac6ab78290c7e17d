package org.o365relay.config;

/// Where something stands.
///
/// @param line from 1; 0 if unknown
record FilePosition(String file, int line) {}
