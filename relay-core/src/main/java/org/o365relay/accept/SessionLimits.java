package org.o365relay.accept;

import java.time.Duration;

/// What one client, and all together, may take. The size of messages and the connections of one client are
/// matters of its network ([org.o365relay.admit.ClientPolicy]).
///
/// @param commandLine longest command line in octets, line end included (RFC 5321 §4.5.3.1.4 asks for at least
///     512)
/// @param recipients most recipients of one message (RFC 5321 §4.5.3.1.8 asks for at least 100)
/// @param hops most Received fields of a message (RFC 5321 §6.3 asks for at least 100)
/// @param connections most connections at once, over all listeners
/// @param idleTimeout how long a connection may stay silent (RFC 5321 §4.5.3.2.7 asks for 5 minutes)
/// @param commandTimeout how long a command line, or a TLS handshake, may take from its first octet to its last
/// @param minimumDataRate slowest content in octets a second, on average over a minute; 0 for any
public record SessionLimits(
        int commandLine,
        int recipients,
        int hops,
        int connections,
        Duration idleTimeout,
        Duration commandTimeout,
        int minimumDataRate) {}
