package org.o365relay.sandbox;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.entra.EntraSettings;
import org.o365relay.sandbox.web.JsonValues;

/// An HTTPS client of the sandbox's token service and Graph.
final class WebClient {

    static final String APP = "6f1d1c2e-0f7b-4bfa-a3a5-2f6a9f1f0c11";
    static final String SECRET = "value of the secret";
    static final String EXCHANGE = "https://outlook.office365.com/.default";
    static final String GRAPH = "https://graph.microsoft.com/.default";
    static final String TOKEN = "/" + EntraSettings.TENANT + "/oauth2/v2.0/token";

    private final String origin;
    private final HttpClient client;

    WebClient(Sandbox sandbox) throws IOException {
        this.origin = sandbox.origin();
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(RawClient.trusting(sandbox.trustedCertificates()))
                .build();
    }

    /// @param path path with query, or a complete URL
    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(path.startsWith("/") ? origin + path : path))
                .timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = to(path).GET();
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<String> form(String path, Map<String, String> fields) throws IOException, InterruptedException {
        String body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(to(path).header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> withSecret(String secret, String scope) throws IOException, InterruptedException {
        return form(
                TOKEN,
                Map.of("grant_type", "client_credentials", "client_id", APP, "client_secret", secret, "scope", scope));
    }

    /// @return an access token for this scope
    String token(String scope) throws IOException, InterruptedException {
        return text(withSecret(SECRET, scope), "access_token");
    }

    HttpResponse<String> mime(String path, String token, String content) throws IOException, InterruptedException {
        return mime(path, token, content.getBytes(StandardCharsets.UTF_8));
    }

    HttpResponse<String> mime(String path, String token, byte[] content) throws IOException, InterruptedException {
        return send(to(path).header("Authorization", "Bearer " + token)
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofByteArray(Base64.getEncoder().encode(content))));
    }

    HttpResponse<String> json(String method, String path, String token, String body)
            throws IOException, InterruptedException {
        return send(to(path).header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body)));
    }

    HttpResponse<String> range(String address, byte[] octets, long from, long size)
            throws IOException, InterruptedException {
        return send(to(address)
                .header("Content-Range", "bytes " + from + "-" + (from + octets.length - 1) + "/" + size)
                .PUT(BodyPublishers.ofByteArray(octets)));
    }

    static Map<String, @Nullable Object> members(HttpResponse<String> answer) {
        return JsonValues.object(answer.body().getBytes(StandardCharsets.UTF_8))
                .orElseThrow(() -> new AssertionError(answer.statusCode() + " " + answer.body()));
    }

    static String text(HttpResponse<String> answer, String member) {
        return String.valueOf(members(answer).get(member));
    }

    /// @return status and error code of Graph, such as `403 ErrorAccessDenied`; only the status without a code
    static String graphError(HttpResponse<String> answer) {
        return answer.body().isEmpty()
                ? Integer.toString(answer.statusCode())
                : answer.statusCode() + " "
                        + JsonValues.asObject(members(answer).get("error")).get("code");
    }
}
