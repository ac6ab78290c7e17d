package org.o365relay.daemon.sandbox;

import java.time.Duration;

/// What the sandbox does instead of what it would do.
public sealed interface Action {

    /// Answers this and refuses the step. A 421 ends the connection, as it says (RFC 5321 §3.8).
    ///
    /// @param text as it goes over the wire, such as `451 4.7.0 Temporary server error.`; a 4xx or 5xx gets the
    ///     ` [HOST DATE ID]` ending if it does not end in a bracket. Several lines are separated by `\n`
    record Reply(String text) implements Action {
        public Reply {
            if (!text.matches("(?s)[2-5]\\d\\d[ -].*")) {
                throw new IllegalArgumentException("not a reply: " + text);
            }
        }
    }

    /// Waits, then goes on as usual.
    record Delay(Duration time) implements Action {}

    /// Closes the connection without a word; at [Step#CONTENT] the message is thrown away.
    record Drop() implements Action {}

    /// Keeps the message, then closes the connection instead of answering. Only at [Step#CONTENT]: it is what
    /// makes a relay send a message twice.
    record DropAfterAccepting() implements Action {}

    /// Says nothing more until the client gives up.
    record Hang() implements Action {}
}
