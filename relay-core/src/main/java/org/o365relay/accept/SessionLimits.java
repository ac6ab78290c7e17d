package org.o365relay.accept;

import java.time.Duration;

/// What one client, and all together, may take.
///
/// @param commandLine longest command line in octets, line end included (RFC 5321 §4.5.3.1.4 asks for at least
///     512)
/// @param messageSize largest message in octets, announced by SIZE (RFC 1870)
/// @param recipients most recipients of one message (RFC 5321 §4.5.3.1.8 asks for at least 100)
/// @param connections most connections at once, over all listeners
/// @param connectionsPerClient most connections at once from one address
/// @param idle how long a connection may stay silent (RFC 5321 §4.5.3.2.7 asks for 5 minutes)
public record SessionLimits(
        int commandLine, long messageSize, int recipients, int connections, int connectionsPerClient, Duration idle) {}
