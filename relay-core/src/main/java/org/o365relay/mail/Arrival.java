package org.o365relay.mail;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.o365relay.time.BuildTime;

/// When and how a message was received; the source of its Received field (RFC 5321 §4.4).
///
/// @param at when the content had been received completely, with millisecond precision
/// @param client address of the client; an IPv4-mapped IPv6 address is stored as IPv4
/// @param helo name in the last HELO or EHLO, possibly truncated, with `?` for each character that is unsafe to
///     display; empty if the client gave none
/// @param protocol the "with" value (RFC 3848, RFC 6531 §4.3): `SMTP`, or `ESMTP` or `UTF8SMTP` with an
///     optional suffix `S`, `A` or `SA`; `LOCAL` for the relay's own notices
public record Arrival(Instant at, InetAddress client, String helo, String protocol) {

    // small corrections of the clock are normal; they must not change the time of a message, and thus its
    // header, between delivery attempts
    private static final Duration TOLERANCE = Duration.ofHours(1);

    private static final String LOCAL = "LOCAL";

    /// @return the arrival of one of the relay's own notices
    public static Arrival local(Instant at) {
        return new Arrival(at, InetAddress.getLoopbackAddress(), "", LOCAL);
    }

    /// @return whether the relay created the message, so that no device sent it
    public boolean isLocal() {
        return protocol.equals(LOCAL);
    }

    /// Corrects the time of a message that was received while the system clock was wrong, so that its header
    /// does not show a time before the build of the relay, or in the future.
    ///
    /// @param now time that the system clock shows now
    /// @return a copy with the time `now` if the time of this arrival is before the build, or more than an hour
    ///     after `now`; this arrival if its time may be right, or if `now` is before the build, too
    public Arrival plausibleAt(Instant now) {
        boolean isPlausible = BuildTime.isPlausible(at) && !at.isAfter(now.plus(TOLERANCE));
        return isPlausible || !BuildTime.isPlausible(now) ? this : new Arrival(now, client, helo, protocol);
    }
}
