package org.o365relay.accept;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.SessionAction.Send;
import org.o365relay.accept.SessionAction.SendAndClose;
import org.o365relay.accept.SessionAction.SendAndReadLine;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// AUTH in one session: LOGIN and PLAIN (RFC 4954), which is all that devices need.
///
/// What a client says here is never logged, repeated or put into an exception.
final class AuthExchange {

    /// The longest line while a login goes on, in octets (RFC 4954 §4).
    static final int MAX_LINE = 12_288;

    private static final int MAX_FAILURES = 3;

    private enum Step {
        NONE,
        NAME,
        PASSWORD,
        PLAIN,
        DONE
    }

    private final Client client;
    private final boolean allowedWithoutTls;
    private final Users users;
    private final SessionErrors errors;
    private Step step = Step.NONE;
    private byte[] name = {};
    private PasswordChecks.@Nullable Check check;
    private boolean attempted;
    private int failures;

    AuthExchange(Client client, boolean plainTextLogin, Users users, SessionErrors conduct) {
        this.client = client;
        this.allowedWithoutTls = plainTextLogin || client.policy().auth() == AuthPolicy.ACCEPT_ANY;
        this.users = users;
        this.errors = conduct;
    }

    /// @param secure whether TLS is on
    boolean isOffered(boolean secure) {
        return client.policy().auth() != AuthPolicy.NONE && (secure || allowedWithoutTls) && !isDone();
    }

    /// @return whether the next line is no command
    boolean isRunning() {
        return step != Step.NONE && step != Step.DONE;
    }

    boolean isDone() {
        return step == Step.DONE;
    }

    /// @return whether mail has to wait for it
    boolean isStillRequired() {
        return client.policy().auth() == AuthPolicy.REQUIRED && !isDone();
    }

    /// @return whether the client has ever said AUTH, or may have, so that what it says may be a password even
    ///     if it should be a command
    boolean wasAttempted() {
        return attempted;
    }

    /// Remembers a client that wants to log in, whether it may or not.
    void noteCommand(Command command) {
        attempted |= command instanceof Command.Auth
                || command instanceof Command.MalformedAuth
                || (command instanceof Command.Unknown(String verb) && verb.startsWith("AUTH")); // AUTH=LOGIN
    }

    /// @param secure whether TLS is on
    SessionAction begin(Command.Auth auth, boolean secure) {
        if (client.policy().auth() == AuthPolicy.NONE) {
            errors.deviated(Deviation.UNSOLICITED_AUTH);
            return errors.error(Reply.of(
                    502,
                    "5.5.1",
                    "No login is needed here: switch authentication off in the device"
                            + " (relay.trusted-networks: auth)"));
        }
        if (isDone()) {
            return errors.error(Reply.of(503, "5.5.1", "Logged in already"));
        }
        if (!isOffered(secure)) {
            return errors.error(Reply.of(
                    538, "5.7.11", "A login needs STARTTLS (relay.tls.certificate, relay.auth.allow-without-tls)"));
        }
        String response = auth.initialResponse();
        return switch (auth.mechanism()) {
            case "LOGIN" ->
                response == null ? challenge(Step.NAME, "VXNlcm5hbWU6") : handleResponse(Step.NAME, response);
            case "PLAIN" -> response == null ? challenge(Step.PLAIN, "") : handleResponse(Step.PLAIN, response);
            default -> errors.error(Reply.of(504, "5.5.4", "Only AUTH LOGIN and AUTH PLAIN are known here"));
        };
    }

    /// @param response what the client said when it was asked
    SessionAction response(String line) {
        String response = line.strip();
        if (response.equals("*")) {
            reset();
            return errors.error(Reply.of(501, "5.0.0", "Login cancelled"));
        }
        return handleResponse(step, response);
    }

    /// A line was too long, whatever it was: ends a login that goes on. Who is logged in stays so.
    void lineTooLong() {
        attempted = true;
        if (isRunning()) {
            reset();
        }
    }

    /// The client does not wait for the answer.
    void cancelCheck() {
        if (check != null) {
            check.cancel();
        }
    }

    /// Begins anew.
    void reset() {
        step = Step.NONE;
        name = new byte[0];
    }

    /// @param challenge in base 64; Xerox wants exactly what everybody says
    private SessionAction challenge(Step next, String challenge) {
        step = next;
        return new SendAndReadLine(Reply.plain(334, challenge));
    }

    private SessionAction handleResponse(Step current, String response) {
        byte[] octets = decoded(response);
        if (octets == null) {
            reset();
            return errors.error(Reply.of(501, "5.5.2", "That is not base64"));
        }
        return switch (current) {
            case NAME -> {
                name = octets;
                yield challenge(Step.PASSWORD, "UGFzc3dvcmQ6");
            }
            case PASSWORD -> authenticate(name, octets);
            case PLAIN -> authenticatePlain(octets);
            case NONE, DONE -> throw new IllegalStateException("nothing was asked");
        };
    }

    private static byte @Nullable [] decoded(String response) {
        try {
            return Base64.getDecoder().decode(response.equals("=") ? "" : response);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    /// What comes is: whom to act for (nobody else, here), NUL, the name, NUL, the password (RFC 4616 §2).
    private SessionAction authenticatePlain(byte[] message) {
        int first = indexOfNul(message, 0);
        int second = indexOfNul(message, first + 1);
        if (second == message.length || indexOfNul(message, second + 1) < message.length) {
            if (client.policy().auth() == AuthPolicy.ACCEPT_ANY) {
                return succeed();
            }
            reset();
            return errors.error(Reply.of(501, "5.5.2", "That is not a name and a password"));
        }
        byte[] account = Arrays.copyOfRange(message, first + 1, second);
        boolean forAnother = first > 0 && !Arrays.equals(message, 0, first, account, 0, account.length);
        byte[] password = Arrays.copyOfRange(message, second + 1, message.length);
        Arrays.fill(message, (byte) 0);
        return forAnother ? authenticate(new byte[0], password) : authenticate(account, password);
    }

    private static int indexOfNul(byte[] message, int from) {
        int i = from;
        while (i < message.length && message[i] != 0) {
            i++;
        }
        return Math.min(i, message.length);
    }

    private SessionAction authenticate(byte[] account, byte[] password) {
        if (client.policy().auth() == AuthPolicy.ACCEPT_ANY) {
            return succeed();
        }
        String user = new String(account, StandardCharsets.UTF_8);
        reset();
        check = users.check(client.address(), user, password);
        return new SessionAction.Await(check.result().thenApply(this::resultReply));
    }

    private SessionAction resultReply(Users.Result verdict) {
        return switch (verdict) {
            case VALID -> succeed();
            case INVALID -> {
                errors.deviated(Deviation.AUTH_FAILED);
                SessionAction answer =
                        errors.error(Reply.of(535, "5.7.8", "Wrong name or password (relay.auth.users-file)"));
                yield ++failures >= MAX_FAILURES && answer instanceof Send(Reply reply)
                        ? new SendAndClose(reply)
                        : answer;
            }
            case UNAVAILABLE -> temporaryFailure("Nobody can log in now: see the relay's log (relay.auth.users-file)");
            case BUSY -> temporaryFailure("Too many logins at once, try again later");
            case CANCELLED -> temporaryFailure("The client did not wait for its login");
        };
    }

    // RFC 4954 §6
    private SessionAction temporaryFailure(String reason) {
        return errors.reject(null, null, Reply.of(454, "4.7.0", reason));
    }

    private SessionAction succeed() {
        reset();
        step = Step.DONE;
        return new Send(Reply.of(235, "2.7.0", "Welcome"));
    }
}
