package org.o365relay.sandbox.smtp;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The client response of XOAUTH2. [#toString()] hides the token.
///
/// @param user address of the mailbox that the client wants to use
public record Xoauth2Response(String user, String token) {

    private static final Pattern FORM =
            Pattern.compile("user=(?<user>[^\\x01]+)\\x01auth=Bearer (?<token>[^\\x01 ]+)\\x01\\x01");

    /// @param decoded response after base64 decoding
    /// @return the response; empty if it is not in the format that Microsoft documents
    public static Optional<Xoauth2Response> parse(String decoded) {
        Matcher form = FORM.matcher(decoded);
        return form.matches()
                ? Optional.of(new Xoauth2Response(form.group("user"), form.group("token")))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return user + " (token ***)";
    }
}
