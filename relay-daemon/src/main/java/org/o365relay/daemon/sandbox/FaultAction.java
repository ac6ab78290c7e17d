package org.o365relay.daemon.sandbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What the sandbox does instead of what it would do.
public sealed interface FaultAction {

    /// Answers this and refuses the step. A 421 ends the connection, as it says (RFC 5321 §3.8). Only in SMTP.
    ///
    /// @param text as it goes over the wire, such as `451 4.7.0 Temporary server error.`; a 4xx or 5xx gets the
    ///     ` [HOST DATE ID]` ending if it does not end in a bracket. Several lines are separated by `\n`
    record Reply(String text) implements FaultAction {
        public Reply {
            if (!text.matches("(?s)[2-5]\\d\\d[ -].*")) {
                throw new IllegalArgumentException("not a reply: " + text);
            }
        }
    }

    /// Answers with this HTTP status. Only at [FaultPoint#TOKEN] and [FaultPoint#GRAPH].
    ///
    /// @param afterAccepting whether the request is carried out all the same: what makes a relay send a message
    ///     twice
    /// @param retryAfter seconds; null for none
    /// @param code such as `ErrorSendAsDenied`; empty for what fits the status
    /// @param message empty for what fits the status
    record Status(
            int status, boolean afterAccepting, @Nullable Integer retryAfter, String code, String message)
            implements FaultAction {
        public Status {
            if (status < 200 || status > 599) {
                throw new IllegalArgumentException("not a status of HTTP: " + status);
            }
        }
    }

    /// Refuses a token with this error. Only at [FaultPoint#TOKEN].
    ///
    /// @param number behind `AADSTS`
    record Aadsts(int number) implements FaultAction {}

    /// Waits, then goes on as usual.
    record Delay(Duration time) implements FaultAction {}

    /// Closes the connection without a word; at [FaultPoint#CONTENT] the message is thrown away.
    record Drop() implements FaultAction {}

    /// Keeps the message, then closes the connection instead of answering. Only at [FaultPoint#CONTENT],
    /// [FaultPoint#TOKEN] and [FaultPoint#GRAPH]: it is what makes a relay send a message twice.
    record DropAfterAccepting() implements FaultAction {}

    /// Says nothing more until the client gives up.
    record Hang() implements FaultAction {}
}
