package org.o365relay.identity;

import com.microsoft.aad.msal4j.MsalException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.identity.TokenException.Origin;
import org.o365relay.machine.Shortage;
import org.o365relay.mail.Reply;
import org.o365relay.net.NoResponseException;

/// A failed token request: the cause, and how long to wait before the next request.
final class SignInException extends Exception {

    private static final long serialVersionUID = 1L;

    /// Error code in the reply catalogue: the login of a user is missing or unusable.
    static final String NO_LOGIN = "no_login";

    /// Error code in the reply catalogue: unusable certificate or key.
    static final String UNUSABLE_KEY = "unusable_key";

    private static final int BAD_REQUEST = 400;
    private static final int UNREACHABLE = 451;
    private static final int UNTRUSTED = 454;
    private static final Duration MIN_BACKOFF = Duration.ofSeconds(10);
    private static final Duration THROTTLED_BACKOFF = Duration.ofMinutes(1);

    private final Origin origin;
    private final transient Reply reply;
    private final @Nullable Duration retryAfter;
    private final Duration backoff;

    private SignInException(Origin origin, int status, String text, @Nullable Throwable cause) {
        this(origin, status, text, null, MIN_BACKOFF, cause);
    }

    private SignInException(
            Origin origin,
            int status,
            String text,
            @Nullable Duration retryAfter,
            Duration backoff,
            @Nullable Throwable cause) {
        super(text, cause);
        this.origin = origin;
        this.reply = new Reply(status < 200 || status > 599 ? BAD_REQUEST : status, null, List.of(text));
        this.retryAfter = retryAfter;
        this.backoff = retryAfter == null ? backoff : retryAfter;
    }

    /// Creates the exception for a failure that the relay itself detects, such as a missing login or an
    /// unreadable key. If the failure was caused by a [Shortage], the origin is [Origin#NETWORK], so that the
    /// credential is not considered at fault.
    ///
    /// @param error error code, in the style of the sign-in service
    static SignInException misconfigured(String error, String text, @Nullable Throwable cause) {
        Optional<Shortage> shortage = cause == null ? Optional.empty() : Shortage.causeOf(cause);
        return shortage.isPresent()
                ? new SignInException(
                        Origin.NETWORK, UNREACHABLE, shortage.get().text(), cause)
                : new SignInException(Origin.SERVICE, BAD_REQUEST, error + ": " + text, cause);
    }

    /// @param http HTTP client that MSAL used
    /// @param failure exception that MSAL threw
    static SignInException of(SignInHttp http, Throwable failure) {
        if (http.failure().isPresent()) {
            return noResponse(http.failure().get());
        }
        return http.refusal().map(response -> refused(response, failure)).orElseGet(() -> clientFailure(failure));
    }

    private static SignInException noResponse(IOException failure) {
        boolean tls = failure instanceof NoResponseException noResponse && noResponse.isTls();
        return new SignInException(
                tls ? Origin.TLS : Origin.NETWORK,
                tls ? UNTRUSTED : UNREACHABLE,
                "no response from the sign-in service: " + failure.getMessage(),
                failure);
    }

    private static SignInException refused(SignInResponse response, Throwable failure) {
        Optional<String> error = response.errorText();
        return new SignInException(
                error.isPresent() ? Origin.SERVICE : Origin.NETWORK,
                error.isPresent() ? response.status() : UNREACHABLE,
                error.orElseGet(() -> notFromSignInService(response)),
                response.retryAfter(),
                response.isThrottled() ? THROTTLED_BACKOFF : MIN_BACKOFF,
                failure);
    }

    /// The text for a response that is not in the format of the sign-in service and therefore probably from another
    /// server, such as a proxy or a captive portal.
    private static String notFromSignInService(SignInResponse response) {
        return "the response is not from the sign-in service: " + response.snippet();
    }

    /// Creates the exception for a failure in MSAL itself, which sent no request or could not parse the
    /// response.
    private static SignInException clientFailure(Throwable failure) {
        String error = failure instanceof MsalException msal && msal.errorCode() != null ? msal.errorCode() : "unknown";
        String text = String.valueOf(failure.getMessage()).replaceAll("[\\p{Cntrl}\\s]+", " ");
        return new SignInException(Origin.SERVICE, BAD_REQUEST, error + ": " + text, failure);
    }

    /// @return how long to wait before the next request: as long as the service asks
    Duration backoff() {
        return backoff;
    }

    /// @return whether the service asked the relay to wait
    boolean asksForWait() {
        return retryAfter != null;
    }

    /// @param remaining what is left of the [#backoff]
    /// @return a new exception, so that each caller gets its own stack trace
    TokenException toTokenException(Duration remaining) {
        return new TokenException(origin, reply, asksForWait() ? remaining : null, this);
    }

    TokenException toTokenException() {
        return toTokenException(backoff);
    }
}
