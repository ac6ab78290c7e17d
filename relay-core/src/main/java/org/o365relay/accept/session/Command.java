package org.o365relay.accept.session;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.DsnParameters.Parsed;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// A parsed SMTP command (RFC 5321 §4.1.1).
sealed interface Command {

    /// @param name name given by the client; may be empty
    record Helo(String name) implements Command {}

    /// @param name name given by the client; may be empty
    record Ehlo(String name) implements Command {}

    /// @param sender envelope sender; null for the null sender
    /// @param parameters values by keyword in upper case; the value is empty if the parameter has none
    /// @param deviations deviations in the syntax of the command
    record Mail(@Nullable EmailAddress sender, Map<String, String> parameters, Set<Deviation> deviations)
            implements Command {

        /// @return declared size in octets, at most [Long#MAX_VALUE]; 0 if SIZE is not given; empty if its
        ///     value is not a number (RFC 1870 §5)
        Optional<Long> declaredSize() {
            String value = parameters.get("SIZE");
            return value == null ? Optional.of(0L) : OctetCount.parse(value);
        }

        /// @return body type, 7BIT if BODY is not given; empty if its value is unknown
        Optional<BodyType> bodyType() {
            String value = parameters.get("BODY");
            return value == null ? Optional.of(BodyType.SEVEN_BIT) : BodyType.of(value);
        }

        /// The DSN parameters RET and ENVID.
        Parsed<DsnRequest> dsnRequest() {
            return DsnParameters.ofMail(parameters);
        }

        // RFC 6531 §3.4
        boolean requestsSmtpUtf8() {
            return parameters.containsKey("SMTPUTF8");
        }
    }

    /// @param recipients the recipients, at least one; several if the client sent a list
    /// @param parameters values by keyword in upper case; the value is empty if the parameter has none
    /// @param deviations deviations in the syntax of the command
    record Rcpt(List<EmailAddress> recipients, Map<String, String> parameters, Set<Deviation> deviations)
            implements Command {

        /// The DSN parameters NOTIFY and ORCPT.
        Parsed<ForRecipient> dsnRequest() {
            return DsnParameters.ofRcpt(parameters);
        }
    }

    record Data() implements Command {}

    /// Announces a chunk of content (RFC 3030 §2).
    ///
    /// @param size number of octets that follow the command line
    record Bdat(long size, boolean last) implements Command {}

    record Rset() implements Command {}

    record Noop() implements Command {}

    record Vrfy() implements Command {}

    record Expn() implements Command {}

    record Help() implements Command {}

    record Quit() implements Command {}

    record StartTls() implements Command {}

    /// Starts an AUTH exchange.
    ///
    /// @param mechanism name of the mechanism, in upper case
    /// @param initialResponse base64 text of the initial response; null if the server must send a challenge
    record Auth(String mechanism, @Nullable String initialResponse) implements Command {

        @Override
        public String toString() {
            return "Auth[mechanism=" + mechanism + "]"; // the response may contain a password
        }
    }

    /// AUTH with too few or too many arguments. The arguments are not kept, because they may contain a
    /// password.
    record MalformedAuth() implements Command {}

    /// A command that was sent with an argument although it takes none.
    record UnexpectedArgument(String verb, Command command) implements Command {}

    /// @param verb first word of the line, in upper case
    record Unknown(String verb) implements Command {

        /// @return whether the word looks like a verb; if not, it may be a password and must not be echoed
        boolean looksLikeVerb() {
            return verb.length() >= 3 && verb.length() <= 10 && verb.chars().allMatch(c -> c >= 'A' && c <= 'Z');
        }
    }

    /// An empty line or a known command with invalid syntax, and the reply to it.
    record Malformed(Reply reply) implements Command {}

    /// BDAT with invalid arguments. The content that follows has an unknown length and must not be read as
    /// commands.
    record MalformedBdat() implements Command {}
}
