package org.o365relay.daemon.sandbox;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a client sends for XOAUTH2. Does not show the token.
///
/// @param user the mailbox it wants
record Xoauth2Response(String user, String token) {

    private static final Pattern FORM =
            Pattern.compile("user=(?<user>[^\\x01]+)\\x01auth=Bearer (?<token>[^\\x01 ]+)\\x01\\x01");

    /// @param decoded without base64
    /// @return empty if it is not of the form Microsoft documents
    static Optional<Xoauth2Response> parse(String decoded) {
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
