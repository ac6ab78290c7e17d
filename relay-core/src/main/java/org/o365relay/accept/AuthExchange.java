package org.o365relay.accept;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.SessionAction.Ask;
import org.o365relay.accept.SessionAction.Say;
import org.o365relay.accept.SessionAction.SayAndClose;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// AUTH in one session: LOGIN and PLAIN (RFC 4954), which is all that devices need.
///
/// What a client says here is never logged, repeated or put into an exception.
final class AuthExchange {

    /// The longest line while a login goes on, in octets (RFC 4954 §4).
    static final int LONGEST_LINE = 12_288;

    private static final int MOST_WRONG = 3;

    private enum Step {
        NONE,
        NAME,
        PASSWORD,
        PLAIN,
        DONE
    }

    private final Client client;
    private final boolean plainTextWillDo;
    private final Users users;
    private final SessionErrors conduct;
    private Step step = Step.NONE;
    private byte[] name = {};
    private PasswordChecks.@Nullable Check check;
    private boolean tried;
    private int wrong;

    AuthExchange(Client client, boolean plainTextLogin, Users users, SessionErrors conduct) {
        this.client = client;
        this.plainTextWillDo = plainTextLogin || client.policy().auth() == AuthPolicy.ACCEPT_ANY;
        this.users = users;
        this.conduct = conduct;
    }

    /// @param secure whether TLS is on
    boolean isOffered(boolean secure) {
        return client.policy().auth() != AuthPolicy.NONE && (secure || plainTextWillDo) && !isDone();
    }

    /// @return whether the next line is no command
    boolean isRunning() {
        return step != Step.NONE && step != Step.DONE;
    }

    boolean isDone() {
        return step == Step.DONE;
    }

    /// @return whether mail has to wait for it
    boolean isMissing() {
        return client.policy().auth() == AuthPolicy.REQUIRED && !isDone();
    }

    /// @return whether the client has ever said AUTH, or may have, so that what it says may be a password even
    ///     if it should be a command
    boolean isTried() {
        return tried;
    }

    /// Remembers a client that wants to log in, whether it may or not.
    void heard(Command command) {
        tried |= command instanceof Command.Auth
                || command instanceof Command.MalformedAuth
                || (command instanceof Command.Unknown(String verb) && verb.startsWith("AUTH")); // AUTH=LOGIN
    }

    /// @param secure whether TLS is on
    SessionAction begin(Command.Auth auth, boolean secure) {
        if (client.policy().auth() == AuthPolicy.NONE) {
            conduct.deviated(Deviation.UNASKED_LOGIN);
            return conduct.error(Reply.of(
                    502,
                    "5.5.1",
                    "No login is needed here: switch authentication off in the device"
                            + " (relay.trusted-networks: auth)"));
        }
        if (isDone()) {
            return conduct.error(Reply.of(503, "5.5.1", "Logged in already"));
        }
        if (!isOffered(secure)) {
            return conduct.error(Reply.of(
                    538, "5.7.11", "A login needs STARTTLS (relay.tls.certificate, relay.auth.allow-without-tls)"));
        }
        String response = auth.initialResponse();
        return switch (auth.mechanism()) {
            case "LOGIN" -> response == null ? ask(Step.NAME, "VXNlcm5hbWU6") : take(Step.NAME, response);
            case "PLAIN" -> response == null ? ask(Step.PLAIN, "") : take(Step.PLAIN, response);
            default -> conduct.error(Reply.of(504, "5.5.4", "Only AUTH LOGIN and AUTH PLAIN are known here"));
        };
    }

    /// @param line what the client said when it was asked
    SessionAction line(String line) {
        String response = line.strip();
        if (response.equals("*")) {
            forget();
            return conduct.error(Reply.of(501, "5.0.0", "Login cancelled"));
        }
        return take(step, response);
    }

    /// A line was too long, whatever it was: ends a login that goes on. Who is logged in stays so.
    void breakOff() {
        tried = true;
        if (isRunning()) {
            forget();
        }
    }

    /// The client does not wait for the answer.
    void abandon() {
        if (check != null) {
            check.abandon();
        }
    }

    /// Begins anew.
    void forget() {
        step = Step.NONE;
        name = new byte[0];
    }

    /// @param challenge in base 64; Xerox wants exactly what everybody says
    private SessionAction ask(Step next, String challenge) {
        step = next;
        return new Ask(Reply.plain(334, challenge));
    }

    private SessionAction take(Step current, String response) {
        byte[] octets = decoded(response);
        if (octets == null) {
            forget();
            return conduct.error(Reply.of(501, "5.5.2", "That is not base64"));
        }
        return switch (current) {
            case NAME -> {
                name = octets;
                yield ask(Step.PASSWORD, "UGFzc3dvcmQ6");
            }
            case PASSWORD -> judge(name, octets);
            case PLAIN -> plain(octets);
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
    private SessionAction plain(byte[] message) {
        int first = indexOfNul(message, 0);
        int second = indexOfNul(message, first + 1);
        if (second == message.length || indexOfNul(message, second + 1) < message.length) {
            if (client.policy().auth() == AuthPolicy.ACCEPT_ANY) {
                return welcome();
            }
            forget();
            return conduct.error(Reply.of(501, "5.5.2", "That is not a name and a password"));
        }
        byte[] account = Arrays.copyOfRange(message, first + 1, second);
        boolean forAnother = first > 0 && !Arrays.equals(message, 0, first, account, 0, account.length);
        byte[] password = Arrays.copyOfRange(message, second + 1, message.length);
        Arrays.fill(message, (byte) 0);
        return forAnother ? judge(new byte[0], password) : judge(account, password);
    }

    private static int indexOfNul(byte[] message, int from) {
        int i = from;
        while (i < message.length && message[i] != 0) {
            i++;
        }
        return Math.min(i, message.length);
    }

    private SessionAction judge(byte[] account, byte[] password) {
        if (client.policy().auth() == AuthPolicy.ACCEPT_ANY) {
            return welcome();
        }
        String user = new String(account, StandardCharsets.UTF_8);
        forget();
        check = users.check(client.address(), user, password);
        return new SessionAction.Later(check.verdict().thenApply(this::answer));
    }

    private SessionAction answer(Users.Verdict verdict) {
        return switch (verdict) {
            case RIGHT -> welcome();
            case WRONG -> {
                conduct.deviated(Deviation.WRONG_LOGIN);
                SessionAction answer =
                        conduct.error(Reply.of(535, "5.7.8", "Wrong name or password (relay.auth.users-file)"));
                yield ++wrong >= MOST_WRONG && answer instanceof Say(Reply reply) ? new SayAndClose(reply) : answer;
            }
            case UNDECIDED -> notNow("Nobody can log in now: see the relay's log (relay.auth.users-file)");
            case BUSY -> notNow("Too many logins at once, try again later");
            case UNHEARD -> notNow("The client did not wait for its login");
        };
    }

    // RFC 4954 §6
    private SessionAction notNow(String reason) {
        return conduct.refuse(null, null, Reply.of(454, "4.7.0", reason));
    }

    private SessionAction welcome() {
        forget();
        step = Step.DONE;
        return new Say(Reply.of(235, "2.7.0", "Welcome"));
    }
}
