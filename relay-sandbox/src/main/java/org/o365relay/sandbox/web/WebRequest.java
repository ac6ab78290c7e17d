package org.o365relay.sandbox.web;

import com.sun.net.httpserver.Headers;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// An HTTP request with its body.
///
/// @param method HTTP method as received, such as `POST`
/// @param path path as received, percent-encoded, such as `/v1.0/users/a%40b/sendMail`
/// @param query query as received, percent-encoded and without the question mark; empty if there is none
/// @param body request body; [HttpBody#TOO_LARGE] if it was larger than [#MAX_BODY]
public record WebRequest(
        String method,
        String path,
        String query,
        Headers headers,
        HttpBody body,
        InetSocketAddress client,
        SSLSession tls) {

    /// Maximum size of a body in octets: Graph's limit for one request.
    public static final int MAX_BODY = 4 * 1_024 * 1_024;

    /// @return whether the body was too large and was discarded
    public boolean oversize() {
        return body == HttpBody.TOO_LARGE;
    }

    /// @return the decoded path segments, such as `v1.0`, `users`, `a@b`, `sendMail`
    public List<String> segments() {
        return Arrays.stream(path.split("/"))
                .filter(segment -> !segment.isEmpty())
                .map(segment -> decoded(segment.replace("+", "%2B")))
                .toList();
    }

    /// @return the first value of the header; empty if there is none
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.getFirst(name));
    }

    /// @return the value of `Host`, such as `localhost:8443`; `localhost` if there is none
    public String host() {
        return header("Host").orElse("localhost");
    }

    /// @return the origin of the request, such as `https://localhost:8443`
    public String origin() {
        return "https://" + host();
    }

    public Map<String, String> queryParameters() {
        return fields(query);
    }

    /// @return the body decoded as `application/x-www-form-urlencoded`
    public Map<String, String> form() {
        return fields(body.text());
    }

    /// @param type media type without parameters, such as `text/plain`
    public boolean hasContentType(String type) {
        return header("Content-Type")
                .map(value -> value.split(";", 2)[0].strip())
                .filter(type::equalsIgnoreCase)
                .isPresent();
    }

    /// @return the bearer token; empty if there is none
    public Optional<String> bearer() {
        return header("Authorization")
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip());
    }

    private static Map<String, String> fields(@Nullable String encoded) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String pair : encoded == null ? new String[0] : encoded.split("&")) {
            String[] parts = pair.split("=", 2);
            if (!parts[0].isEmpty()) {
                fields.putIfAbsent(decoded(parts[0]), parts.length > 1 ? decoded(parts[1]) : "");
            }
        }
        return fields;
    }

    /// Decodes percent-encoded text in which `+` is a space; if the encoding is invalid, returns the text
    /// unchanged.
    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    /// Omits the query, headers and body, which may contain secrets.
    @Override
    public String toString() {
        return method + " " + path;
    }
}
