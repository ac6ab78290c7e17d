package org.o365relay.accept.session;

import java.time.Duration;

/// Limits of SMTP sessions. Message size and connections per client are limited separately for each client
/// network ([org.o365relay.admit.ClientPolicy]).
///
/// @param commandLine maximum length of a command line in octets, including the line ending
///     (RFC 5321 §4.5.3.1.4 requires at least 512)
/// @param recipients maximum number of recipients of a message (RFC 5321 §4.5.3.1.8 requires at least 100)
/// @param hops maximum number of Received fields in a message (RFC 5321 §6.3 recommends at least 100)
/// @param connections maximum number of concurrent connections, across all listeners
/// @param idleTimeout longest time without input (RFC 5321 §4.5.3.2.7 recommends at least 5 minutes)
/// @param commandTimeout longest time from the first to the last octet of a command line, and longest duration
///     of a TLS handshake and of the wait for a PROXY header
/// @param minimumDataRate minimum rate of content in octets per second; content may lag behind it by a minute,
///     or longer after faster content; 0 for no minimum
public record SessionLimits(
        int commandLine,
        int recipients,
        int hops,
        int connections,
        Duration idleTimeout,
        Duration commandTimeout,
        int minimumDataRate) {}
