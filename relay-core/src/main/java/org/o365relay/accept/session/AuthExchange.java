package org.o365relay.accept.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.auth.PasswordChecks;
import org.o365relay.accept.auth.Users;
import org.o365relay.accept.session.SessionAction.Send;
import org.o365relay.accept.session.SessionAction.SendAndClose;
import org.o365relay.accept.session.SessionAction.SendAndReadLine;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// The AUTH exchange of one session: LOGIN and PLAIN (RFC 4954), the only mechanisms devices need.
///
/// The client's responses are never logged, echoed or included in an exception.
final class AuthExchange {

    private static final int MAX_FAILURES = 3;

    private enum Step {
        NONE,
        NAME,
        PASSWORD,
        PLAIN
    }

    private final Client client;
    private final boolean isAllowedWithoutTls;
    private final Users users;
    private final ClientState state;
    private final SessionErrors errors;
    private Step step = Step.NONE;
    private byte[] name = {};
    private PasswordChecks.@Nullable Check check;
    private boolean attempted;
    private int failures;

    AuthExchange(Client client, boolean authWithoutTls, Users users, ClientState state, SessionErrors errors) {
        this.client = client;
        this.isAllowedWithoutTls = authWithoutTls || client.policy().auth() == AuthPolicy.ACCEPT_ANY;
        this.users = users;
        this.state = state;
        this.errors = errors;
    }

    boolean isOffered() {
        return client.policy().auth() != AuthPolicy.NONE
                && (state.isSecure() || isAllowedWithoutTls)
                && !state.isAuthenticated();
    }

    /// @return whether the next line is a response to a challenge
    boolean isRunning() {
        return step != Step.NONE;
    }

    /// @return whether the client has sent AUTH, or a line that may have been AUTH; if so, later unknown
    ///     commands may be passwords and must not be echoed
    boolean wasAttempted() {
        return attempted;
    }

    /// Records attempts to authenticate, whether or not AUTH is offered.
    void recordCommand(Command command) {
        attempted |= command instanceof Command.Auth
                || command instanceof Command.MalformedAuth
                || (command instanceof Command.Unknown(String verb) && verb.startsWith("AUTH")); // AUTH=LOGIN
    }

    SessionAction begin(Command.Auth auth) {
        if (client.policy().auth() == AuthPolicy.NONE) {
            client.deviated(Deviation.UNSOLICITED_AUTH);
            return errors.error(Reply.of(
                    502,
                    "5.5.1",
                    "Authentication not enabled; turn it off on the device (relay.trusted-networks: auth)"));
        }
        if (state.isAuthenticated()) {
            return errors.error(Reply.of(503, "5.5.1", "Already authenticated"));
        }
        if (!isOffered()) {
            return errors.error(Reply.of(
                    538,
                    "5.7.11",
                    "Encryption required for authentication (relay.tls.certificate, relay.auth.allow-without-tls)"));
        }
        String response = auth.initialResponse();
        return switch (auth.mechanism()) {
            case "LOGIN" ->
                response == null ? challenge(Step.NAME, "VXNlcm5hbWU6") : handleResponse(Step.NAME, response);
            case "PLAIN" -> response == null ? challenge(Step.PLAIN, "") : handleResponse(Step.PLAIN, response);
            default -> errors.error(Reply.of(504, "5.5.4", "Unrecognized authentication type; use LOGIN or PLAIN"));
        };
    }

    /// @param line the client's response to the last challenge
    SessionAction response(String line) {
        String response = line.strip();
        if (response.equals("*")) {
            reset();
            return errors.error(Reply.of(501, "5.0.0", "Authentication cancelled"));
        }
        return handleResponse(step, response);
    }

    /// Ends the exchange because a line was too long. An authenticated client stays authenticated.
    void lineTooLong() {
        attempted = true;
        if (isRunning()) {
            reset();
        }
    }

    /// Cancels a password check whose client has disconnected.
    void cancelCheck() {
        if (check != null) {
            check.cancel();
        }
    }

    /// Ends the exchange without authenticating the client.
    void reset() {
        step = Step.NONE;
        name = new byte[0];
    }

    /// @param challenge challenge in base64; Xerox devices accept only the exact challenges used in this class
    private SessionAction challenge(Step next, String challenge) {
        step = next;
        return new SendAndReadLine(Reply.plain(334, challenge));
    }

    private SessionAction handleResponse(Step current, String response) {
        byte[] octets = decoded(response);
        if (octets == null) {
            reset();
            return errors.error(Reply.of(501, "5.5.2", "Invalid base64 data"));
        }
        return switch (current) {
            case NAME -> {
                name = octets;
                yield challenge(Step.PASSWORD, "UGFzc3dvcmQ6");
            }
            case PASSWORD -> authenticate(name, octets);
            case PLAIN -> authenticatePlain(octets);
            case NONE -> throw new IllegalStateException("no AUTH exchange in progress");
        };
    }

    private static byte @Nullable [] decoded(String response) {
        try {
            return Base64.getDecoder().decode(response.equals("=") ? "" : response);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    /// Parses `authzid NUL authcid NUL password` (RFC 4616 §2) and authenticates the client. If the network
    /// requires a valid password, rejects an authzid that is not empty and differs from the user name.
    private SessionAction authenticatePlain(byte[] message) {
        int first = indexOfNul(message, 0);
        int second = indexOfNul(message, first + 1);
        if (second == message.length || indexOfNul(message, second + 1) < message.length) {
            if (client.policy().auth() == AuthPolicy.ACCEPT_ANY) {
                return succeed();
            }
            reset();
            return errors.error(Reply.of(501, "5.5.2", "Invalid PLAIN response, expected user name and password"));
        }
        byte[] userName = Arrays.copyOfRange(message, first + 1, second);
        boolean hasOtherIdentity = first > 0 && !Arrays.equals(message, 0, first, userName, 0, userName.length);
        byte[] password = Arrays.copyOfRange(message, second + 1, message.length);
        Arrays.fill(message, (byte) 0);
        return hasOtherIdentity ? authenticate(new byte[0], password) : authenticate(userName, password);
    }

    private static int indexOfNul(byte[] message, int from) {
        int i = from;
        while (i < message.length && message[i] != 0) {
            i++;
        }
        return Math.min(i, message.length);
    }

    private SessionAction authenticate(byte[] userName, byte[] password) {
        if (client.policy().auth() == AuthPolicy.ACCEPT_ANY) {
            return succeed();
        }
        String user = new String(userName, StandardCharsets.UTF_8);
        reset();
        check = users.check(client.address(), user, password);
        return new SessionAction.Await(check.result().thenApply(this::resultReply));
    }

    private SessionAction resultReply(Users.Result result) {
        return switch (result) {
            case VALID -> succeed();
            case INVALID -> {
                client.deviated(Deviation.AUTH_FAILED);
                SessionAction action = errors.error(
                        Reply.of(535, "5.7.8", "Authentication credentials invalid (relay.auth.users-file)"));
                yield ++failures >= MAX_FAILURES && action instanceof Send(Reply reply)
                        ? new SendAndClose(reply)
                        : action;
            }
            case UNAVAILABLE ->
                temporaryFailure("Temporary authentication failure, see the relay's log (relay.auth.users-file)");
            case BUSY -> temporaryFailure("Temporary authentication failure: too many concurrent logins");
            case CANCELLED -> temporaryFailure("Temporary authentication failure: client disconnected");
        };
    }

    // RFC 4954 §6
    private SessionAction temporaryFailure(String reason) {
        return errors.reject(null, null, Reply.of(454, "4.7.0", reason));
    }

    private SessionAction succeed() {
        reset();
        state.markAuthenticated();
        return new Send(Reply.of(235, "2.7.0", "Authentication successful"));
    }
}
