package org.o365relay.deliver.graph;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.json.Json;

/// A request to Microsoft Graph.
///
/// @param step step of the attempt to report if the request is refused or its response is lost
/// @param headers header fields, except Authorization
record GraphRequest(String method, URI uri, Step step, Map<String, String> headers, Body body) {

    /// The content of a request.
    ///
    /// @param length length of the content in octets; 0 for a request without content
    /// @param source opens the content; each call returns a new stream
    record Body(long length, Source source) {

        static final Body NONE = new Body(0, InputStream::nullInputStream);

        static Body of(byte[] octets) {
            return of(octets, octets.length);
        }

        static Body of(byte[] octets, int length) {
            return new Body(length, () -> new ByteArrayInputStream(octets, 0, length));
        }

        /// @param octets length of the content before encoding
        static Body base64(long octets, Source source) {
            return new Body(Base64Stream.length(octets), () -> new Base64Stream(source.open()));
        }
    }

    @FunctionalInterface
    interface Source {
        InputStream open();
    }

    static GraphRequest withoutBody(String method, URI uri, Step step) {
        return new GraphRequest(method, uri, step, Map.of(), Body.NONE);
    }

    static GraphRequest mime(URI uri, Step step, Body body) {
        return new GraphRequest("POST", uri, step, Map.of("Content-Type", "text/plain"), body);
    }

    static GraphRequest json(String method, URI uri, Step step, Record body) {
        return new GraphRequest(
                method,
                uri,
                step,
                Map.of("Content-Type", "application/json"),
                Body.of(Json.text(body).getBytes(StandardCharsets.UTF_8)));
    }
}
