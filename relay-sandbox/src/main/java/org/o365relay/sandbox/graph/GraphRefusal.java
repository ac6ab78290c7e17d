package org.o365relay.sandbox.graph;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.fault.FaultAction;
import org.o365relay.sandbox.web.WebResponse;

/// Thrown if Graph refuses a request; contains the status, error code and message of the response.
final class GraphRefusal extends Exception {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final @Nullable Integer retryAfter;

    GraphRefusal(int status, String code, String message) {
        this(status, code, message, null);
    }

    /// @param retryAfter value of `Retry-After` in seconds; null to omit the field
    GraphRefusal(int status, String code, String message, @Nullable Integer retryAfter) {
        super(message);
        this.status = status;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /// Creates the refusal for an injected fault. An empty code or message is replaced by the default for the
    /// status.
    static GraphRefusal of(FaultAction.Status fault) {
        GraphRefusal standard = defaultFor(fault.status());
        return new GraphRefusal(
                fault.status(),
                fault.code().isEmpty() ? standard.code : fault.code(),
                fault.message().isEmpty() ? String.valueOf(standard.getMessage()) : fault.message(),
                fault.retryAfter());
    }

    private static GraphRefusal defaultFor(int status) {
        return switch (status) {
            case 400 -> noRecipients();
            case 401 -> noToken();
            case 403 -> accessDenied();
            case 404 -> new GraphRefusal(404, "ErrorInvalidUser", "The requested user is invalid.");
            case 413 -> tooLarge();
            case 429 -> throttled(1);
            case 502 -> new GraphRefusal(502, "BadGateway", "Bad gateway.");
            case 503 -> new GraphRefusal(503, "ServiceUnavailable", "Service unavailable.");
            case 504 -> new GraphRefusal(504, "GatewayTimeout", "Gateway timeout.");
            default -> new GraphRefusal(status, "InternalServerError", "An internal server error occurred.");
        };
    }

    static GraphRefusal noToken() {
        return new GraphRefusal(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.");
    }

    static GraphRefusal accessDenied() {
        return new GraphRefusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
    }

    static GraphRefusal noRecipients() {
        return new GraphRefusal(
                400,
                "ErrorInvalidRecipients",
                "At least one recipient is not valid., A message can't be sent because it contains no recipients.");
    }

    static GraphRefusal tooLarge() {
        return new GraphRefusal(413, "RequestEntityTooLarge", "The maximum request length supported is 4MB.");
    }

    static GraphRefusal throttled(int seconds) {
        return new GraphRefusal(
                429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", seconds);
    }

    static GraphRefusal notFound(String detail) {
        return new GraphRefusal(404, "ErrorItemNotFound", "The specified object was not found in the store. " + detail);
    }

    static GraphRefusal badRequest(String message) {
        return new GraphRefusal(400, "ErrorInvalidRequest", message);
    }

    /// Returns the response with Graph's error object.
    WebResponse toResponse(Instant now, RandomGenerator random) {
        Map<String, String> inner = new LinkedHashMap<>();
        String id = new UUID(random.nextLong(), random.nextLong()).toString();
        inner.put("date", now.truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ""));
        inner.put("request-id", id);
        inner.put("client-request-id", id);
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", code);
        error.put("message", String.valueOf(getMessage()));
        error.put("innerError", inner);
        WebResponse response = WebResponse.json(status, Map.of("error", error)).with("request-id", id);
        return retryAfter == null ? response : response.with("Retry-After", Integer.toString(retryAfter));
    }
}
