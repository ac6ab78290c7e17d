package org.o365relay.sandbox.web;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// An HTTP response.
///
/// @param headers header fields other than `Content-Length` and `Date`, which the server adds
public record WebResponse(int status, Map<String, String> headers, HttpBody body) {

    public WebResponse {
        headers = Map.copyOf(headers);
    }

    public static WebResponse empty(int status) {
        return new WebResponse(status, Map.of(), HttpBody.NONE);
    }

    /// @param members JSON members, written in iteration order
    public static WebResponse json(int status, Map<String, ?> members) {
        return new WebResponse(
                status,
                Map.of("Content-Type", "application/json; charset=utf-8"),
                new HttpBody(JsonValues.octets(members)));
    }

    public static WebResponse html(int status, String page) {
        return new WebResponse(
                status,
                Map.of("Content-Type", "text/html; charset=utf-8", "Cache-Control", "no-store"),
                new HttpBody(page.getBytes(StandardCharsets.UTF_8)));
    }

    public WebResponse with(String header, String value) {
        Map<String, String> allHeaders = new LinkedHashMap<>(headers);
        allHeaders.put(header, value);
        return new WebResponse(status, allHeaders, body);
    }
}
