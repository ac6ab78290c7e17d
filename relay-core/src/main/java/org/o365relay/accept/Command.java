package org.o365relay.accept;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
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
    record Mail(@Nullable EmailAddress sender, Map<String, String> parameters) implements Command {

        private static final Pattern SIZE = Pattern.compile("\\d{1,20}");
        private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE);

        /// @return 0 if not given, [Long#MAX_VALUE] if larger; empty if it is no number (RFC 1870 §5)
        Optional<Long> declaredSize() {
            String value = parameters.getOrDefault("SIZE", "0");
            return SIZE.matcher(value).matches()
                    ? Optional.of(new BigInteger(value).min(LARGEST).longValueExact())
                    : Optional.empty();
        }
    }

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
