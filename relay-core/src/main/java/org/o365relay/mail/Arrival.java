package org.o365relay.mail;

import java.net.InetAddress;
import java.time.Instant;

/// How and when a message reached the relay: what its Received header tells (RFC 5321 §4.4).
///
/// @param at when the content had been received; millisecond precision
/// @param client the device's address; an IPv4-mapped IPv6 address is given as IPv4
/// @param helo what the device called itself in HELO or EHLO, as it was written, but with
///     `?` for control characters and others that do not show; empty if it did not say
/// @param protocol the "with" value (RFC 3848, RFC 6531 §4.3): `SMTP`, `ESMTP`, `UTF8SMTP`; `LOCAL` for the
///     relay's own notices
public record Arrival(Instant at, InetAddress client, String helo, String protocol) {}
