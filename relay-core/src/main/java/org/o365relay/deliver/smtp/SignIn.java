package org.o365relay.deliver.smtp;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Reply;

/// Signs in with AUTH (RFC 4954): LOGIN or PLAIN with a password, XOAUTH2 with a token. One time limit applies
/// to the whole exchange. Credentials are redacted in the replies.
record SignIn(Connection connection) {

    private static final int AUTHENTICATED = 235; // RFC 4954 §6
    private static final int CHALLENGE = 334; // RFC 4954 §4
    // RFC 5321 §4.5.3.1.4 allows 512 octets including CRLF
    private static final int MAX_COMMAND = 510;

    /// @return the mechanism used; empty if no suitable mechanism is offered, in which case the login is not
    ///     sent
    /// @throws AttemptAbortedException if the server does not accept the login
    Optional<String> with(SaslLogin login) throws AttemptAbortedException {
        Optional<String> mechanism = mechanism(login);
        if (mechanism.isPresent()) {
            Reply reply = switch (login) {
                case SaslLogin.None _ -> throw new IllegalArgumentException("no login");
                case SaslLogin.Password password -> withPassword(mechanism.get(), password);
                case SaslLogin.Token token -> withToken(token);
            };
            connection.required(reply, AUTHENTICATED);
        }
        return mechanism;
    }

    private Optional<String> mechanism(SaslLogin login) {
        return login.mechanisms().stream()
                .filter(connection.extensions()::offersMechanism)
                .findFirst();
    }

    private Reply withPassword(String mechanism, SaslLogin.Password login) throws AttemptAbortedException {
        String secret = login.password().reveal();
        String message = login.username() + '\0' + login.username() + '\0' + secret; // RFC 4616 §2
        connection.redaction().hide(secret);
        connection.redaction().hideEncoded(message);
        if (mechanism.equals("LOGIN")) {
            Reply reply = answered(connection.exchange(Step.AUTH, "AUTH LOGIN"), login.username());
            return answered(reply, secret);
        }
        String command = "AUTH PLAIN " + base64(message);
        return command.length() > MAX_COMMAND
                ? answered(connection.exchange(Step.AUTH, "AUTH PLAIN"), message)
                : connection.exchange(Step.AUTH, command);
    }

    /// Sends the token on a line of its own: a token of 3 KB would make the command longer than servers are
    /// required to accept (RFC 4954 §4, RFC 5321 §4.5.3.1.4).
    private Reply withToken(SaslLogin.Token login) throws AttemptAbortedException {
        connection.redaction().hide(login.token().value().reveal());
        connection.redaction().hideEncoded(login.initialResponse());
        Reply reply = answered(connection.exchange(Step.AUTH, "AUTH XOAUTH2"), login.initialResponse());
        return answered(reply, ""); // acknowledges a challenge, which contains an error in JSON
    }

    /// @return the reply to the answer; the given reply if it is not a challenge
    private Reply answered(Reply challenge, String answer) throws AttemptAbortedException {
        return challenge.code() == CHALLENGE ? connection.exchange(base64(answer)) : challenge;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
