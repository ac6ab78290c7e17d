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

    private final SandboxState office;
    private final ExchangeReplies replies;
    private final SandboxConnection wire;
    private final FaultInjector script;
    private String mechanism = "";

    Authentication(SandboxState office, ExchangeReplies replies, SandboxConnection wire, FaultInjector script) {
        this.office = office;
        this.replies = replies;
        this.wire = wire;
        this.script = script;
    }

    /// @param arguments what stands behind AUTH
    /// @return who has signed in; the client has its answer in any case
    Optional<SandboxMailbox> perform(String arguments) throws IOException, SandboxConnection.LineTooLong {
        String[] words = arguments.split(" +", 2);
        String initial = words.length > 1 ? words[1].strip() : "";
        mechanism = words[0].toUpperCase(Locale.ROOT);
        return switch (mechanism) {
            case "LOGIN" -> login(initial);
            case "XOAUTH2" -> token(initial);
            default -> refused(UNKNOWN_MECHANISM);
        };
    }

    /// @return as the client called it, in capital letters
    String mechanism() {
        return mechanism;
    }

    void refuseMechanism() {
        wire.send(replies.error(UNKNOWN_MECHANISM));
    }

    private Optional<SandboxMailbox> login(String initial) throws IOException, SandboxConnection.LineTooLong {
        String username = initial.isEmpty() ? ask(USERNAME_PROMPT) : initial;
        String password = isCancelled(username) ? username : ask(PASSWORD_PROMPT);
        return isCancelled(password) ? cancelled() : verdict(decoded(username), decoded(password));
    }

    private Optional<SandboxMailbox> token(String initial) throws IOException, SandboxConnection.LineTooLong {
        String token = initial.isEmpty() ? ask("334 ") : initial;
        if (isCancelled(token)) {
            return cancelled();
        }
        return passed(decoded(token));
    }

    private Optional<SandboxMailbox> passed(String proof) throws IOException {
        Optional<Xoauth2Response> sent = Xoauth2Response.parse(proof);
        String user = sent.map(Xoauth2Response::user).orElse("");
        if (!script.passes(FaultPoint.AUTH, "XOAUTH2 " + user)) {
            return Optional.empty();
        }
        Optional<SandboxMailbox> account =
                sent.filter(this::isGood).flatMap(_ -> exchange().account(user));
        return account.isEmpty() ? wrong() : open(account.get(), Optional.empty());
    }

    private boolean isGood(Xoauth2Response proof) {
        return office.directory()
                .token(proof.token())
                .filter(token -> token.resource() == Resource.EXCHANGE)
                .filter(token -> token.allows("SMTP.SendAsApp", "SMTP.Send"))
                .filter(token -> token.mayUse(proof.user()))
                .isPresent();
    }

    private Optional<SandboxMailbox> verdict(String username, String password) throws IOException {
        if (!script.passes(FaultPoint.AUTH, "LOGIN " + username)) {
            return Optional.empty();
        }
        Optional<SandboxMailbox> account =
                exchange().account(username).filter(found -> found.password().equals(password));
        return account.isEmpty()
                ? wrong()
                : open(account.get(), exchange().basicAuth().refusal());
    }

    /// Who it is has been proved; whether they may is another matter.
    private Optional<SandboxMailbox> open(SandboxMailbox account, Optional<String> objection) {
        Optional<String> refusal = exchange().closedFor(account).or(() -> objection);
        if (refusal.isPresent()) {
            return refused(refusal.get());
        }
        wire.send("235 2.7.0 Authentication successful");
        return Optional.of(account);
    }

    private SubmissionSettings exchange() {
        return office.settings().exchange();
    }

    private Optional<SandboxMailbox> wrong() throws IOException {
        script.pause(office.settings().scaled(exchange().tarpit()));
        return refused("535 5.7.3 Authentication unsuccessful");
    }

    // RFC 4954 §4
    private Optional<SandboxMailbox> cancelled() {
        return refused("501 5.7.0 Authentication cancelled");
    }

    private Optional<SandboxMailbox> refused(String reply) {
        wire.send(replies.error(reply));
        return Optional.empty();
    }

    private String ask(String prompt) throws IOException, SandboxConnection.LineTooLong {
        wire.send(prompt);
        return wire.readLine().strip();
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
