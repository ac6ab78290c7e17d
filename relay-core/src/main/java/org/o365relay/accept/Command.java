package org.o365relay.accept;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.DsnParameters.Parsed;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
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
    /// @param deviations how it was written
    record Mail(@Nullable EmailAddress sender, Map<String, String> parameters, Set<Deviation> deviations)
            implements Command {

        /// @return 0 if not given, [Long#MAX_VALUE] if larger; empty if it is no number (RFC 1870 §5)
        Optional<Long> declaredSize() {
            String value = parameters.get("SIZE");
            return value == null ? Optional.of(0L) : OctetCount.parse(value);
        }

        /// @return empty if it is none that there is
        Optional<BodyType> bodyType() {
            String value = parameters.get("BODY");
            return value == null ? Optional.of(BodyType.SEVEN_BIT) : BodyType.of(value);
        }

        /// What the sender wants to hear, of the message.
        Parsed<DsnRequest> dsnRequest() {
            return DsnParameters.ofMail(parameters);
        }

        // RFC 6531 §3.4
        boolean asksForUtf8() {
            return parameters.containsKey("SMTPUTF8");
        }
    }

    /// @param parameters keyword in upper case → value, empty if it has none
    /// @param deviations how it was written
    record Rcpt(EmailAddress recipient, Map<String, String> parameters, Set<Deviation> deviations) implements Command {

        /// What the sender wants to hear, of this recipient.
        Parsed<ForRecipient> dsnRequest() {
            return DsnParameters.ofRcpt(parameters);
        }
    }

    record Data() implements Command {}

    /// So many octets of content follow (RFC 3030 §2).
    record Bdat(long size, boolean last) implements Command {}

    record Rset() implements Command {}

    record Noop() implements Command {}

    record Vrfy() implements Command {}

    record Expn() implements Command {}

    record Help() implements Command {}

    record Quit() implements Command {}

    record StartTls() implements Command {}

    /// A login attempt.
    ///
    /// @param mechanism in upper case
    /// @param initialResponse in base 64; null if it is to be asked for
    record Auth(String mechanism, @Nullable String initialResponse) implements Command {

        @Override
        public String toString() {
            return "Auth[mechanism=" + mechanism + "]"; // the rest may be a password
        }
    }

    /// An AUTH that says too little, or too much: that may be a password, and is not kept.
    record MalformedAuth() implements Command {}

    /// One of those that take no argument, with one.
    record UnexpectedArgument(String verb, Command command) implements Command {}

    /// @param verb in upper case
    record Unknown(String verb) implements Command {

        /// @return whether it is fit to be repeated; anything else may be a password
        boolean looksLikeVerb() {
            return verb.length() >= 3 && verb.length() <= 10 && verb.chars().allMatch(c -> c >= 'A' && c <= 'Z');
        }
    }

    /// A known one that cannot be obeyed, with the reply that says why.
    record Malformed(Reply reply) implements Command {}

    /// A BDAT that does not say how much follows. Whatever follows, it is not commands.
    record MalformedBdat() implements Command {}
}
