package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.o365relay.daemon.sandbox.entra.Resource;

/// AUTH, after TLS (RFC 4954): LOGIN against the accounts, XOAUTH2 against the tokens of the sign-in service.
final class Authentication {

    private static final String USERNAME_PROMPT = "334 VXNlcm5hbWU6";
    private static final String PASSWORD_PROMPT = "334 UGFzc3dvcmQ6";
    private static final String UNKNOWN_MECHANISM = "504 5.7.4 Unrecognized authentication type";

    private final SandboxState state;
    private final ExchangeReplies replies;
    private final SandboxConnection connection;
    private final FaultInjector faults;
    private String mechanism = "";

    Authentication(SandboxState office, ExchangeReplies replies, SandboxConnection wire, FaultInjector script) {
        this.state = office;
        this.replies = replies;
        this.connection = wire;
        this.faults = script;
    }

    /// @param arguments what stands behind AUTH
    /// @return who has signed in; the client has its answer in any case
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

    /// @return as the client called it, in capital letters
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

    private Optional<SandboxMailbox> checkToken(String proof) throws IOException {
        Optional<Xoauth2Response> sent = Xoauth2Response.parse(proof);
        String user = sent.map(Xoauth2Response::user).orElse("");
        if (!faults.passes(FaultPoint.AUTH, "XOAUTH2 " + user)) {
            return Optional.empty();
        }
        Optional<SandboxMailbox> account =
                sent.filter(this::isValid).flatMap(_ -> settings().mailbox(user));
        return account.isEmpty() ? fail() : succeed(account.get(), Optional.empty());
    }

    private boolean isValid(Xoauth2Response proof) {
        return state.tokenService()
                .token(proof.token())
                .filter(token -> token.resource() == Resource.EXCHANGE)
                .filter(token -> token.allows("SMTP.SendAsApp", "SMTP.Send"))
                .filter(token -> token.mayUse(proof.user()))
                .isPresent();
    }

    private Optional<SandboxMailbox> checkPassword(String username, String password) throws IOException {
        if (!faults.passes(FaultPoint.AUTH, "LOGIN " + username)) {
            return Optional.empty();
        }
        Optional<SandboxMailbox> account =
                settings().mailbox(username).filter(found -> found.password().equals(password));
        return account.isEmpty()
                ? fail()
                : succeed(account.get(), settings().basicAuth().refusal());
    }

    /// Who it is has been proved; whether they may is another matter.
    private Optional<SandboxMailbox> succeed(SandboxMailbox account, Optional<String> objection) {
        Optional<String> refusal = settings().smtpAuthRefusal(account).or(() -> objection);
        if (refusal.isPresent()) {
            return refuse(refusal.get());
        }
        connection.send("235 2.7.0 Authentication successful");
        return Optional.of(account);
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

    /// What is no base64 is no name and no password of anybody.
    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            return "";
        }
    }
}
