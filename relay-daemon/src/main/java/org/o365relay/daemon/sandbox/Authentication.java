package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/// AUTH, after TLS (RFC 4954). LOGIN is checked against the accounts. XOAUTH2 is offered, because Office 365
/// offers it, and refused like a bad token: there are no tokens here yet.
final class Authentication {

    private static final String USERNAME_PROMPT = "334 VXNlcm5hbWU6";
    private static final String PASSWORD_PROMPT = "334 UGFzc3dvcmQ6";
    private static final String UNKNOWN_MECHANISM = "504 5.7.4 Unrecognized authentication type";

    private final Office office;
    private final Wire wire;
    private final Script script;

    Authentication(Office office, Wire wire, Script script) {
        this.office = office;
        this.wire = wire;
        this.script = script;
    }

    /// @param arguments what stands behind AUTH
    /// @return who has signed in; the client has its answer in any case
    Optional<Account> perform(String arguments) throws IOException, Wire.LineTooLong {
        String[] words = arguments.split(" +", 2);
        String initial = words.length > 1 ? words[1].strip() : "";
        return switch (words[0].toUpperCase(Locale.ROOT)) {
            case "LOGIN" -> login(initial);
            case "XOAUTH2" -> token(initial);
            default -> refused(UNKNOWN_MECHANISM);
        };
    }

    Optional<Account> refuseWithoutTls() {
        return refused(UNKNOWN_MECHANISM);
    }

    private Optional<Account> login(String initial) throws IOException, Wire.LineTooLong {
        String username = initial.isEmpty() ? ask(USERNAME_PROMPT) : initial;
        String password = isCancelled(username) ? username : ask(PASSWORD_PROMPT);
        return isCancelled(password) ? cancelled() : verdict(decoded(username), decoded(password));
    }

    private Optional<Account> token(String initial) throws IOException, Wire.LineTooLong {
        String token = initial.isEmpty() ? ask("334 ") : initial;
        if (isCancelled(token)) {
            return cancelled();
        }
        return script.passes(Step.AUTH, "XOAUTH2") ? wrong() : Optional.empty();
    }

    private Optional<Account> verdict(String username, String password) throws IOException {
        if (!script.passes(Step.AUTH, "LOGIN " + username)) {
            return Optional.empty();
        }
        Optional<Account> account = office.settings().accounts().stream()
                .filter(candidate ->
                        candidate.hasName(username) && candidate.password().equals(password))
                .findAny();
        if (account.isEmpty()) {
            return wrong();
        }
        wire.send("235 2.7.0 Authentication successful");
        return account;
    }

    private Optional<Account> wrong() throws IOException {
        script.pause(office.settings().tarpit());
        return refused("535 5.7.3 Authentication unsuccessful");
    }

    // RFC 4954 §4
    private Optional<Account> cancelled() {
        return refused("501 5.7.0 Authentication cancelled");
    }

    private Optional<Account> refused(String reply) {
        wire.send(office.replies().error(reply));
        return Optional.empty();
    }

    private String ask(String prompt) throws IOException, Wire.LineTooLong {
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
