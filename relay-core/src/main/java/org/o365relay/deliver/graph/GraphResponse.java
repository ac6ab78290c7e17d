package org.o365relay.deliver.graph;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.o365relay.mail.Reply;
import org.o365relay.mail.VisibleText;
import org.o365relay.net.PageText;
import org.o365relay.net.RetryAfter;

/// A response from Microsoft Graph, or from a proxy between Graph and the relay.
final class GraphResponse {

    private static final int MAX_SHOWN = 300;
    private static final int BAD_GATEWAY = 502;

    // These statuses are handled alike, whether Graph or a proxy sent them. 413 is not: proxies have their own limits.
    private static final Set<Integer> UNAMBIGUOUS_STATUSES = Set.of(401, 403, 404, 429, 500, 502, 503, 504);

    private static final Pattern CHALLENGE_ERROR = Pattern.compile("\\berror=\"([\\w.-]{1,80})\"");

    private static final int TOO_LARGE = 413;
    private static final String GRAPH_LIMIT_TEXT = "maximum request length";

    private final int status;
    private final HttpHeaders headers;
    private final byte[] body;
    private final @Nullable SSLSession tls;

    /// @param tls TLS session of the connection; null without TLS
    GraphResponse(int status, HttpHeaders headers, byte[] body, @Nullable SSLSession tls) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.tls = tls;
    }

    /// @return the TLS session of the connection; empty without TLS
    Optional<SSLSession> tls() {
        return Optional.ofNullable(tls);
    }

    int status() {
        return status;
    }

    /// @return this response, with every occurrence of the secret in the body replaced by `***`
    GraphResponse redacted(String secret) {
        String text = new String(body, StandardCharsets.UTF_8);
        return text.contains(secret)
                ? new GraphResponse(status, headers, text.replace(secret, "***").getBytes(StandardCharsets.UTF_8), tls)
                : this;
    }

    /// @return the JSON object in the body, without members that cannot be read; empty if the
    ///     body is not an object of this type
    <T extends Record> Optional<T> json(Class<T> type) {
        return Json.readLeniently(body, type);
    }

    private record ErrorBody(GraphError error) {}

    private record GraphError(
            @Nullable String code,
            @Nullable String message,
            @JsonAlias("innererror") @Nullable InnerError innerError) {

        /// @return the codes of the inner errors, which are more specific, except those that already occur in
        ///     the text of this error
        Stream<String> innerCodes() {
            return Stream.iterate(innerError, inner -> inner != null, InnerError::innerError)
                    .flatMap(inner -> Stream.ofNullable(inner.code()))
                    .filter(inner -> !inner.isEmpty() && !text(this).contains(inner));
        }
    }

    private record InnerError(
            @JsonProperty("request-id") @Nullable String requestId,
            @Nullable String code,
            @JsonAlias("innererror") @Nullable InnerError innerError) {}

    /// @return the error in the body; empty if the body is not an error in Graph's format
    private Optional<GraphError> error() {
        return json(ErrorBody.class).map(ErrorBody::error).filter(error -> isPresent(error.code()));
    }

    private static boolean isPresent(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    /// @param now current time of the system clock, used if the response has no valid `Date`
    /// @return the wait that Graph asks for; empty if it asks for none
    Optional<Duration> retryAfter(Instant now) {
        return RetryAfter.of(headers, now);
    }

    /// @return reply with Graph's error, such as `ErrorAccessDenied: Access is denied. (request-id …)`. For
    ///     any other body, such as a proxy's error page, the reply contains the beginning of its text; the
    ///     reply code is then 502, so that the message is deferred, unless the status means the same from Graph
    ///     and from a proxy
    Reply errorReply() {
        Optional<GraphError> error = error();
        String text = error.map(GraphResponse::text).orElseGet(this::httpText);
        Stream<String> innerCodes = error.stream().flatMap(GraphError::innerCodes);
        Stream<String> others = Stream.of(
                        headers.firstValue("WWW-Authenticate").flatMap(GraphResponse::challengeError),
                        requestId(error).map(id -> "request-id " + id),
                        headers.firstValue("Retry-After").map(delay -> "retry after " + delay))
                .flatMap(Optional::stream);
        String details = Stream.concat(innerCodes, others).collect(Collectors.joining(", "));
        String shown = text.substring(0, Math.min(MAX_SHOWN, text.length()));
        return reply(
                error.isPresent() || isUnambiguous() ? status : BAD_GATEWAY,
                details.isEmpty() ? shown : shown + " (" + details + ")");
    }

    private static String text(GraphError error) {
        return error.code() + ": " + (isPresent(error.message()) ? error.message() : "no message");
    }

    /// @return the error in a WWW-Authenticate field (RFC 6750 §3), such as `insufficient_claims`; empty if
    ///     there is none
    private static Optional<String> challengeError(String challenge) {
        Matcher error = CHALLENGE_ERROR.matcher(challenge);
        return error.find() ? Optional.of(error.group(1)) : Optional.empty();
    }

    private boolean isUnambiguous() {
        return UNAMBIGUOUS_STATUSES.contains(status)
                || (status == TOO_LARGE && httpText().toLowerCase(Locale.ROOT).contains(GRAPH_LIMIT_TEXT));
    }

    /// @return whether the body is an error in Graph's format
    boolean isGraphError() {
        return error().isPresent();
    }

    /// @return Graph's error code, such as `ErrorAccessDenied`; empty if there is none
    Optional<String> errorCode() {
        return error().map(GraphError::code);
    }

    /// @return the reply for an accepted message, with the request-id that Microsoft support asks for
    Reply acceptedReply() {
        return reply(
                status,
                "Accepted"
                        + requestId(Optional.empty())
                                .map(id -> " (request-id " + id + ")")
                                .orElse(""));
    }

    private Optional<String> requestId(Optional<GraphError> error) {
        return headers.firstValue("request-id")
                .or(() -> error.map(GraphError::innerError).map(InnerError::requestId));
    }

    private String httpText() {
        String page = PageText.of(new String(body, StandardCharsets.UTF_8)).strip();
        return "HTTP " + status + ": " + (page.isEmpty() ? "no explanation" : page);
    }

    static Reply reply(int code, String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .map(c -> VisibleText.isSafe(c) ? c : ' ')
                .filter(c -> c != ' ' || !endsWithBlank(shown))
                .limit(2L * MAX_SHOWN)
                .forEach(shown::appendCodePoint);
        return Reply.plain(Math.clamp(code, 200, 599), shown.toString().strip());
    }

    private static boolean endsWithBlank(StringBuilder text) {
        return !text.isEmpty() && text.charAt(text.length() - 1) == ' ';
    }
}
