package org.o365relay.identity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.aad.msal4j.HttpMethod;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.IHttpResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.o365relay.net.BodyLimit;
import org.o365relay.net.Https;
import org.o365relay.net.RetryAfter;
import org.o365relay.time.ClockDifference;

/// HTTP client for MSAL, based on [Https]. Each instance serves one token request and records why it failed,
/// because MSAL's exceptions omit details. It removes the secrets of the request from error responses, because
/// MSAL logs those responses.
final class SignInHttp implements IHttpClient {

    // a response with tokens has a few KiB
    private static final BodyLimit MAX_RESPONSE = BodyLimit.atMost(256 * 1024);

    private static final int BAD_REQUEST = 400;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final List<String> SECRET_FIELDS =
            List.of("client_secret", "client_assertion", "refresh_token", "device_code", "code");

    /// The response in the form that MSAL expects.
    private record Response(int statusCode, Map<String, List<String>> headers, String body) implements IHttpResponse {
        /// Omits the body, which may contain a token.
        @Override
        public String toString() {
            return "HTTP " + statusCode;
        }
    }

    private final Https https;
    private final InstantSource clock;
    private volatile @Nullable SignInResponse refusal;
    private volatile @Nullable IOException failure;

    /// @param clock system clock of this machine, compared with the `Date` of error responses
    SignInHttp(Https https, InstantSource clock) {
        this.https = https;
        this.clock = clock;
    }

    /// @return the last response if its status was not 200 or its body was not a JSON object; otherwise empty
    Optional<SignInResponse> refusal() {
        return Optional.ofNullable(refusal);
    }

    /// @return why the last request got no complete response from the server; empty if it got one
    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public IHttpResponse send(com.microsoft.aad.msal4j.HttpRequest msalRequest)
            throws IOException, InterruptedException {
        refusal = null;
        failure = null;
        try {
            return response(msalRequest, https.send(request(msalRequest), MAX_RESPONSE));
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private HttpRequest request(com.microsoft.aad.msal4j.HttpRequest msalRequest) {
        HttpRequest.Builder request = https.request(URI.create(msalRequest.url().toString()));
        if (msalRequest.headers() != null) {
            msalRequest.headers().forEach(request::header);
        }
        return (msalRequest.httpMethod() == HttpMethod.GET
                        ? request.GET()
                        : request.POST(HttpRequest.BodyPublishers.ofString(body(msalRequest))))
                .build();
    }

    private IHttpResponse response(com.microsoft.aad.msal4j.HttpRequest msalRequest, HttpResponse<byte[]> response) {
        String text = new String(response.body(), StandardCharsets.UTF_8);
        if (response.statusCode() == 200 && Json.read(text, ObjectNode.class).isPresent()) {
            return new Response(200, response.headers().map(), text);
        }
        if (response.statusCode() == 200) {
            // a truncated response may contain part of a token, and MSAL would log it
            String shown = text.startsWith("{") ? "" : text;
            refusal = new SignInResponse(200, null, null, shown);
            return new Response(BAD_REQUEST, Map.of(), "{}");
        }
        String body = withoutSecrets(text, body(msalRequest));
        @Nullable
        ClockDifference difference = response.headers()
                .firstValue("Date")
                .flatMap(date -> ClockDifference.ofHttp(clock.instant(), date))
                .orElse(null);
        @Nullable
        Duration retryAfter = RetryAfter.of(response.headers(), clock.instant()).orElse(null);
        refusal = new SignInResponse(response.statusCode(), retryAfter, difference, body);
        return new Response(statusForMsal(response.statusCode()), headersForMsal(response.headers()), body);
    }

    /// After one of these statuses, or a response with Retry-After, MSAL would refuse further token requests
    /// for users locally for minutes, even after the operator has fixed the cause. [CachedToken] waits instead.
    private static int statusForMsal(int status) {
        return status == TOO_MANY_REQUESTS || status >= 500 ? BAD_REQUEST : status;
    }

    private static Map<String, List<String>> headersForMsal(HttpHeaders headers) {
        return HttpHeaders.of(headers.map(), (name, _) -> !name.equalsIgnoreCase("Retry-After"))
                .map();
    }

    private static String body(com.microsoft.aad.msal4j.HttpRequest msalRequest) {
        return msalRequest.body() == null ? "" : msalRequest.body();
    }

    private static String withoutSecrets(String response, String form) {
        String result = response;
        for (String secret : secrets(form)) {
            result = result.replace(secret, "***");
        }
        return result;
    }

    private static List<String> secrets(String form) {
        Map<String, String> fields = new HashMap<>();
        for (String field : form.split("&", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals), field.substring(equals + 1));
            }
        }
        return SECRET_FIELDS.stream()
                .map(fields::get)
                .filter(value -> value != null && !value.isEmpty())
                .flatMap(value -> List.of(value, URLDecoder.decode(value, StandardCharsets.UTF_8)).stream())
                .toList();
    }
}
