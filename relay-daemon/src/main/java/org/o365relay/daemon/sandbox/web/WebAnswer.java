package org.o365relay.daemon.sandbox.web;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// What is answered.
///
/// @param headers besides `Content-Length`
public record WebAnswer(int status, Map<String, String> headers, Octets body) {

    public WebAnswer {
        headers = Map.copyOf(headers);
    }

    public static WebAnswer empty(int status) {
        return new WebAnswer(status, Map.of(), Octets.NONE);
    }

    /// @param members in the order they are to be written
    public static WebAnswer json(int status, Map<String, ?> members) {
        return new WebAnswer(
                status, Map.of("Content-Type", "application/json; charset=utf-8"), new Octets(Json.octets(members)));
    }

    public static WebAnswer html(int status, String page) {
        return new WebAnswer(
                status,
                Map.of("Content-Type", "text/html; charset=utf-8", "Cache-Control", "no-store"),
                new Octets(page.getBytes(StandardCharsets.UTF_8)));
    }

    public WebAnswer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new WebAnswer(status, more, body);
    }
}
