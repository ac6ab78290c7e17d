package org.o365relay.identity;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.o365relay.net.PageText;
import org.o365relay.time.ClockDifference;

/// An error response from the sign-in service (RFC 6749 §5.2), or from another server that answered instead,
/// such as a proxy.
///
/// @param status HTTP status
/// @param retryAfter how long the service asks the relay to wait; null if it does not
/// @param clock time on the clock of this machine and in the `Date` of the response; null if the response has
///     no valid `Date`, or its status is 200
/// @param body body of the response, without the secrets of the request
record SignInResponse(
        int status, @Nullable Duration retryAfter, @Nullable ClockDifference clock, String body) {

    private static final Pattern AADSTS = Pattern.compile("AADSTS(\\d+)");

    // A client assertion is valid for 5 minutes from the time on this machine. 50013 and 50027 also have other
    // causes.
    private static final Pattern ABOUT_TIME = Pattern.compile(
            "AADSTS(?:700024|500133|50013|50027)\\b" + "|(?i)valid time range|not yet valid|clock skew|current time:");
    private static final int MAX_SNIPPET = 300;

    /// If a wrong clock may have caused the error, the text also compares the clock of this machine with the
    /// `Date` of the response, if it is known.
    ///
    /// @return the error and its description, with the IDs that Microsoft support asks for; empty if the body
    ///     is not an error in the format of the sign-in service
    Optional<String> errorText() {
        return Json.readLeniently(body.getBytes(StandardCharsets.UTF_8), ErrorBody.class)
                .flatMap(ErrorBody::text)
                .map(text -> clock != null && ABOUT_TIME.matcher(text).find()
                        ? text + " (" + clock.comparedWith("the sign-in service") + ")"
                        : text);
    }

    /// @param error error code or, from Azure App Service, an object that contains a code and a message
    private record ErrorBody(
            @Nullable JsonNode error,
            @JsonProperty("error_description") @Nullable String description,
            @Nullable String message,
            @JsonProperty("trace_id") @Nullable String trace,
            @JsonProperty("correlation_id") @Nullable String correlation) {

        Optional<String> text() {
            if (error != null && error.isTextual()) {
                return Optional.of(error.textValue()
                        + (description == null || description.isBlank() ? "" : ": " + oneLine(description))
                        + missingIds(description));
            }
            if (error != null && error.isObject()) {
                return Optional.of(error.path("code").asText() + ": "
                        + oneLine(error.path("message").asText()));
            }
            return Optional.ofNullable(message).map(text -> "managed_identity: " + oneLine(text) + missingIds(text));
        }

        private String missingIds(@Nullable String shown) {
            String ids = Stream.of(id("trace ", trace, shown), id("correlation ", correlation, shown))
                    .filter(id -> !id.isEmpty())
                    .collect(Collectors.joining(", "));
            return ids.isEmpty() ? "" : " (" + ids + ")";
        }

        private static String id(String name, @Nullable String id, @Nullable String shown) {
            return id == null || id.isBlank() || (shown != null && shown.contains(id)) ? "" : name + oneLine(id);
        }
    }

    /// @return the HTTP status and the beginning of the text, for a response from another server such as a
    ///     proxy, a captive portal or a load balancer
    String snippet() {
        String shown = oneLine(PageText.of(body));
        String text = shown.substring(0, Math.min(MAX_SNIPPET, shown.length()));
        return "HTTP " + status + (text.isEmpty() ? " with an empty body" : ": " + text);
    }

    /// @return whether the service reports too many requests
    boolean isThrottled() {
        Matcher code = AADSTS.matcher(body);
        while (code.find()) {
            if (code.group(1).equals("50196") || code.group(1).equals("90055")) {
                return true;
            }
        }
        return status == 429;
    }

    /// Joins lines; Microsoft puts each ID on a separate line.
    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    }
}
