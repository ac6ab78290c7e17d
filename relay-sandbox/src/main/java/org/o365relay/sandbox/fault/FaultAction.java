package org.o365relay.sandbox.fault;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What the sandbox does at a [FaultPoint] when a fault is injected.
public sealed interface FaultAction {

    /// Sends this reply instead of executing the command. Any reply at [FaultPoint#CONNECT] and
    /// [FaultPoint#QUIT], and a 421 at any point (RFC 5321 §3.8), also closes the connection. Allowed at all
    /// SMTP points except [FaultPoint#HANDSHAKE].
    ///
    /// @param text reply with its code, such as `451 4.7.0 Temporary server error.`; lines are separated by
    ///     `\n`; the suffix ` [HOST DATE ID]` is appended to a 4xx or 5xx reply that does not end with `]`
    record Reply(String text) implements FaultAction {
        public Reply {
            if (!text.matches("(?s)[2-5]\\d\\d[ -].*")) {
                throw new IllegalArgumentException("not an SMTP reply: " + text);
            }
        }
    }

    /// Responds with this HTTP status. Allowed only at [FaultPoint#TOKEN] and [FaultPoint#GRAPH].
    ///
    /// @param afterAccepting whether the request is carried out before the response is sent, so that a retry
    ///     repeats a request that has already succeeded
    /// @param retryAfter value of `Retry-After` in seconds; null to omit the field
    /// @param code error code, such as `ErrorSendAsDenied`; empty for the default
    /// @param message error message; empty for the default
    record Status(
            int status, boolean afterAccepting, @Nullable Integer retryAfter, String code, String message)
            implements FaultAction {
        public Status {
            if (status < 200 || status > 599) {
                throw new IllegalArgumentException("not an HTTP status: " + status);
            }
        }
    }

    /// Refuses a request to the token service with this error. Allowed only at [FaultPoint#TOKEN].
    ///
    /// @param number digits after `AADSTS`
    record Aadsts(int number) implements FaultAction {}

    /// Waits for this time, then executes the command as usual.
    record Delay(Duration time) implements FaultAction {}

    /// Closes the connection without a reply; at [FaultPoint#CONTENT] the message is discarded.
    record Drop() implements FaultAction {}

    /// Handles the message or the request as usual, then closes the connection without a reply, so that a relay
    /// retries although the first attempt succeeded. Allowed only at [FaultPoint#CONTENT], [FaultPoint#TOKEN]
    /// and [FaultPoint#GRAPH].
    record DropAfterAccepting() implements FaultAction {}

    /// Sends no reply and keeps the connection open until the client closes it or the sandbox stops.
    record Hang() implements FaultAction {}
}
