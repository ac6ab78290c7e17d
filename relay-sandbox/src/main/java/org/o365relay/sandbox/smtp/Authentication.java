package org.o365relay.sandbox.smtp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.o365relay.sandbox.entra.Resource;
import org.o365relay.sandbox.fault.FaultPoint;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SubmissionSettings;
import org.o365relay.sandbox.tenant.SandboxState;

/// Performs AUTH (RFC 4954): LOGIN with the password of a mailbox, or XOAUTH2 with a token that the sandbox
/// issued.
public final class Authentication {

    private static final String USERNAME_PROMPT = "334 VXNlcm5hbWU6";
    private static final String PASSWORD_PROMPT = "334 UGFzc3dvcmQ6";
    private static final String UNKNOWN_MECHANISM = "504 5.7.4 Unrecognized authentication type";

    private final SandboxState state;
    private final ExchangeReplies replies;
    private final SandboxConnection connection;
    private final FaultInjector faults;
    private String mechanism = "";

    Authentication(SandboxState state, ExchangeReplies replies, SandboxConnection connection, FaultInjector faults) {
        this.state = state;
        this.replies = replies;
        this.connection = connection;
        this.faults = faults;
    }

    /// Runs the authentication exchange and sends the final reply.
    ///
    /// @param arguments text after `AUTH`
    /// @return the authenticated mailbox; empty if authentication failed
    Optional<SandboxMailbox> perform(String arguments) throws IOException, SandboxConnection.LineTooLongException {
        String[] words = arguments.split(" +", 2);
        String initial = words.length > 1 ? words[1].strip() : "";
        mechanism = words[0].toUpperCase(Locale.ROOT);
        return switch (mechanism) {
            case "LOGIN" -> login(initial);
            case "XOAUTH2" -> xoauth2(initial);
            default -> refuse(UNKNOWN_MECHANISM);
        };
    }

    /// @return the mechanism that the client requested, in upper case
    String mechanism() {
        return mechanism;
    }

    void refuseMechanism() {
        connection.send(replies.error(UNKNOWN_MECHANISM));
    }

    private Optional<SandboxMailbox> login(String initial) throws IOException, SandboxConnection.LineTooLongException {
        String username = initial.isEmpty() ? prompt(USERNAME_PROMPT) : initial;
        String password = isCancelled(username) ? username : prompt(PASSWORD_PROMPT);
        return isCancelled(password) ? cancel() : checkPassword(decoded(username), decoded(password));
    }

    private Optional<SandboxMailbox> xoauth2(String initial)
            throws IOException, SandboxConnection.LineTooLongException {
        String token = initial.isEmpty() ? prompt("334 ") : initial;
        if (isCancelled(token)) {
            return cancel();
        }
        return checkToken(decoded(token));
    }

    private Optional<SandboxMailbox> checkToken(String response) throws IOException {
        Optional<Xoauth2Response> parsed = Xoauth2Response.parse(response);
        String user = parsed.map(Xoauth2Response::user).orElse("");
        if (faults.intercept(FaultPoint.AUTH, "XOAUTH2 " + user)) {
            return Optional.empty();
        }
        Optional<SandboxMailbox> mailbox =
                parsed.filter(this::isValid).flatMap(_ -> settings().mailbox(user));
        return mailbox.isEmpty() ? fail() : authorize(mailbox.get(), Optional.empty());
    }

    private boolean isValid(Xoauth2Response response) {
        return state.tokenService()
                .token(response.token())
                .filter(token -> token.resource() == Resource.EXCHANGE)
                .filter(token -> token.allows("SMTP.SendAsApp", "SMTP.Send"))
                .filter(token -> token.mayUse(response.user()))
                .isPresent();
    }

    private Optional<SandboxMailbox> checkPassword(String username, String password) throws IOException {
        if (faults.intercept(FaultPoint.AUTH, "LOGIN " + username)) {
            return Optional.empty();
        }
        Optional<SandboxMailbox> mailbox =
                settings().mailbox(username).filter(found -> found.password().equals(password));
        return mailbox.isEmpty()
                ? fail()
                : authorize(mailbox.get(), settings().basicAuth().refusal());
    }

    /// Accepts a login with a valid credential, unless SMTP AUTH or basic authentication is disabled.
    private Optional<SandboxMailbox> authorize(SandboxMailbox mailbox, Optional<String> basicAuthRefusal) {
        Optional<String> refusal = settings().smtpAuthRefusal(mailbox).or(() -> basicAuthRefusal);
        if (refusal.isPresent()) {
            return refuse(refusal.get());
        }
        connection.send("235 2.7.0 Authentication successful");
        return Optional.of(mailbox);
    }

    private SubmissionSettings settings() {
        return state.settings().submission();
    }

    private Optional<SandboxMailbox> fail() throws IOException {
        faults.pause(state.settings().scaled(settings().tarpit()));
        return refuse("535 5.7.3 Authentication unsuccessful");
    }

    // RFC 4954 §4
    private Optional<SandboxMailbox> cancel() {
        return refuse("501 5.7.0 Authentication cancelled");
    }

    private Optional<SandboxMailbox> refuse(String reply) {
        connection.send(replies.error(reply));
        return Optional.empty();
    }

    private String prompt(String prompt) throws IOException, SandboxConnection.LineTooLongException {
        connection.send(prompt);
        return connection.readLine().strip();
    }

    private static boolean isCancelled(String answer) {
        return answer.equals("*");
    }

    /// Invalid base64 decodes to the empty string, which matches no user name or password.
    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            return "";
        }
    }
}
