package org.o365relay.mail;

import java.net.InetAddress;
import java.time.Instant;

/// When and how a message was received; the source of its Received field (RFC 5321 §4.4).
///
/// @param at when the content had been received completely, with millisecond precision
/// @param client address of the client; an IPv4-mapped IPv6 address is stored as IPv4
/// @param helo name in the last HELO or EHLO, possibly truncated, with `?` for each character that is unsafe to
///     display; empty if the client gave none
/// @param protocol the "with" value (RFC 3848, RFC 6531 §4.3): `SMTP`, or `ESMTP` or `UTF8SMTP` with an
///     optional suffix `S`, `A` or `SA`; `LOCAL` for the relay's own notices
public record Arrival(Instant at, InetAddress client, String helo, String protocol) {}
