package org.o365relay.accept;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// What a client asks for (RFC 5321 §4.1.1).
sealed interface Command {

    /// @param name what the client calls itself; empty if it did not say
    record Helo(String name) implements Command {}

    /// @param name what the client calls itself; empty if it did not say
    record Ehlo(String name) implements Command {}

    /// @param sender null for `<>`
    /// @param parameters keyword in upper case → value, empty if it has none
    record Mail(@Nullable EmailAddress sender, Map<String, String> parameters) implements Command {}

    record Rcpt(EmailAddress recipient) implements Command {}

    record Data() implements Command {}

    record Rset() implements Command {}

    record Noop() implements Command {}

    record Vrfy() implements Command {}

    record Help() implements Command {}

    record Quit() implements Command {}

    /// A login attempt, which is not offered.
    record Auth() implements Command {}

    /// Anything that cannot be obeyed, with the reply that says why.
    ///
    /// @param line as it was sent
    record Malformed(String line, Reply reply) implements Command {}
}
