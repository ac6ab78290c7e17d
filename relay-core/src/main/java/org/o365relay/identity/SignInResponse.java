package org.o365relay.identity;

import com.azure.json.JsonProviders;
import com.azure.json.JsonReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An error response of the sign-in service (RFC 6749 §5.2).
///
/// @param status HTTP status
/// @param retryAfter how long the service asks the relay to wait; null if the response does not say
/// @param body body of the response, without secrets
record SignInResponse(int status, @Nullable Duration retryAfter, String body) {

    private static final Pattern AADSTS = Pattern.compile("AADSTS(\\d+)");
    private static final int MAX_SNIPPET = 300;

    static SignInResponse of(int status, Optional<String> retryAfter, String body) {
        Duration wait = retryAfter
                .filter(text -> text.matches("\\d{1,6}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(null);
        return new SignInResponse(status, wait, body);
    }

    /// @return the error and its description, with the IDs that Microsoft support asks for; empty if the
    ///     response is not from the sign-in service
    Optional<String> errorText() {
        Map<String, Object> json = json();
        if (json.get("error") instanceof String error) {
            String description = text(json, "error_description");
            return Optional.of(
                    error + (description.isEmpty() ? "" : ": " + description) + missingIds(json, description));
        }
        if (json.get("error") instanceof Map<?, ?> error) { // format of Azure App Service
            return Optional.of(error.get("code") + ": " + oneLine(String.valueOf(error.get("message"))));
        }
        return json.get("message") instanceof String message
                ? Optional.of("managed_identity: " + oneLine(message) + missingIds(json, message))
                : Optional.empty();
    }

    /// @return the beginning of a response from another server: a proxy, a captive portal, a load balancer
    String snippet() {
        String shown =
                oneLine(body.replaceAll("(?s)<(script|style).*?</\\1>", "").replaceAll("<[^>]*>", " "));
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

    private static String missingIds(Map<String, Object> json, String description) {
        String trace = text(json, "trace_id");
        String correlation = text(json, "correlation_id");
        List<String> ids = List.of(
                trace.isEmpty() || description.contains(trace) ? "" : "trace " + trace,
                correlation.isEmpty() || description.contains(correlation) ? "" : "correlation " + correlation);
        String shown =
                String.join(", ", ids.stream().filter(id -> !id.isEmpty()).toList());
        return shown.isEmpty() ? "" : " (" + shown + ")";
    }

    private Map<String, Object> json() {
        try (JsonReader reader = JsonProviders.createReader(body)) {
            Map<String, Object> read = reader.readMap(JsonReader::readUntyped);
            return read == null ? Map.of() : read;
        } catch (IOException | RuntimeException _) {
            return Map.of(); // not JSON
        }
    }

    private static String text(Map<String, Object> json, String name) {
        return json.get(name) instanceof String text ? oneLine(text) : "";
    }

    /// Joins lines; Microsoft puts each ID on a separate line.
    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    }
}
