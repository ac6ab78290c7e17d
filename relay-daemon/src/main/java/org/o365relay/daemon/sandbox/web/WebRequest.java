package org.o365relay.daemon.sandbox.web;

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

/// A request whose body has been read.
///
/// @param method in capital letters
/// @param path as it came, such as `/v1.0/users/a%40b/sendMail`
/// @param query as it came, without the question mark; empty for none
/// @param body empty if it was larger than [#LARGEST_BODY]
/// @param oversize whether the body was larger than that; it has been read and thrown away
/// @param number of this request on this server, from 1
public record WebRequest(
        String method,
        String path,
        String query,
        Headers headers,
        Octets body,
        boolean oversize,
        InetSocketAddress client,
        SSLSession tls,
        long number) {

    /// Octets; what Graph takes in one request.
    public static final int LARGEST_BODY = 4 * 1_024 * 1_024;

    /// @return the parts of the path, decoded: `v1.0`, `users`, `a@b`, `sendMail`
    public List<String> segments() {
        return Arrays.stream(path.split("/"))
                .filter(segment -> !segment.isEmpty())
                .map(segment -> decoded(segment.replace("+", "%2B")))
                .toList();
    }

    /// @return the first value; empty if there is none
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.getFirst(name));
    }

    /// @return where the client thinks it is: `localhost:8443`
    public String host() {
        return header("Host").orElse("localhost");
    }

    /// @return `https://` and the host
    public String origin() {
        return "https://" + host();
    }

    public Map<String, String> queryFields() {
        return fields(query);
    }

    /// @return the body read as `application/x-www-form-urlencoded`
    public Map<String, String> form() {
        return fields(body.text());
    }

    /// @param type such as `text/plain`, without parameters
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

    /// What cannot be decoded is taken as it is.
    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    /// Never shows a header or a body: there are secrets in them.
    @Override
    public String toString() {
        return method + " " + path;
    }
}
