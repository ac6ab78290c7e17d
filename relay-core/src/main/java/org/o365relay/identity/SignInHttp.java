package org.o365relay.identity;

import com.azure.json.JsonProviders;
import com.azure.json.JsonReader;
import com.microsoft.aad.msal4j.HttpMethod;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.IHttpResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.net.Https;

/// MSAL's requests, over the relay's own HTTPS. Made for one fetch: remembers why there was no token, because
/// MSAL's exceptions leave out half of it. What the relay proves itself with is taken out of every refusal
/// before anybody sees it: MSAL logs them.
final class SignInHttp implements IHttpClient {

    private static final int BAD_REQUEST = 400;
    private static final List<String> SECRET_FIELDS =
            List.of("client_secret", "client_assertion", "refresh_token", "device_code", "code");

    /// As MSAL wants it.
    private record Response(int statusCode, Map<String, List<String>> headers, String body) implements IHttpResponse {
        /// May hold a token.
        @Override
        public String toString() {
            return "HTTP " + statusCode;
        }
    }

    private final Https https;
    private volatile @Nullable SignInResponse refusal;
    private volatile @Nullable IOException failure;

    SignInHttp(Https https) {
        this.https = https;
    }

    /// @return the last answer, if it was no token
    Optional<SignInResponse> refusal() {
        return Optional.ofNullable(refusal);
    }

    /// @return why the last request got no answer
    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public IHttpResponse send(com.microsoft.aad.msal4j.HttpRequest asked) throws IOException, InterruptedException {
        refusal = null;
        failure = null;
        try {
            return response(asked, https.send(request(asked), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private HttpRequest request(com.microsoft.aad.msal4j.HttpRequest asked) {
        HttpRequest.Builder request = https.request(URI.create(asked.url().toString()));
        if (asked.headers() != null) {
            asked.headers().forEach(request::header);
        }
        return (asked.httpMethod() == HttpMethod.GET
                        ? request.GET()
                        : request.POST(HttpRequest.BodyPublishers.ofString(body(asked))))
                .build();
    }

    private IHttpResponse response(com.microsoft.aad.msal4j.HttpRequest asked, HttpResponse<String> response) {
        if (response.statusCode() == 200 && isObject(response.body())) {
            return new Response(200, response.headers().map(), response.body());
        }
        if (response.statusCode() == 200) {
            // what is no token but begins like one may hold half of one, and MSAL would log it
            String shown = response.body().startsWith("{") ? "" : response.body();
            refusal = SignInResponse.of(200, Optional.empty(), shown);
            return new Response(BAD_REQUEST, Map.of(), "{}");
        }
        String body = withoutSecrets(response.body(), body(asked));
        refusal = SignInResponse.of(response.statusCode(), response.headers().firstValue("Retry-After"), body);
        return new Response(response.statusCode(), response.headers().map(), body);
    }

    private static boolean isObject(String body) {
        try (JsonReader reader = JsonProviders.createReader(body)) {
            return reader.readMap(JsonReader::readUntyped) != null;
        } catch (IOException | RuntimeException _) {
            return false; // not JSON, or broken off
        }
    }

    private static String body(com.microsoft.aad.msal4j.HttpRequest asked) {
        return asked.body() == null ? "" : asked.body();
    }

    private static String withoutSecrets(String answer, String form) {
        String result = answer;
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
