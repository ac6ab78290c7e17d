package org.o365relay.deliver.graph;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import javax.net.ssl.SSLContext;

/// Microsoft Graph for one mailbox, as its pages on sendMail, drafts and upload sessions describe it. Keeps
/// only the size and a checksum of large attachments.
final class FakeGraph implements AutoCloseable {

    private static final String PREFIX = "/v1.0/users/relay@contoso.example";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> queries = new CopyOnWriteArrayList<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final Map<String, Deque<Behaviour>> behaviours = new ConcurrentHashMap<>();
    private final Map<String, Draft> drafts = new ConcurrentHashMap<>();
    private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
    private volatile String goodToken = "token-1";
    private volatile String readers = "";

    /// Handles a request instead of the usual way.
    @FunctionalInterface
    interface Behaviour {
        /// @return false if the request must still be handled as usual
        boolean act(HttpExchange exchange) throws IOException;
    }

    static final class Draft {
        private final String mime;
        final Map<String, Upload> files = new LinkedHashMap<>();
        private final List<String> corrections = new CopyOnWriteArrayList<>();

        Draft(String mime) {
            this.mime = mime;
        }

        String mime() {
            return mime;
        }

        Upload file(String name) {
            return Objects.requireNonNull(files.get(name), name);
        }

        List<String> corrections() {
            return corrections;
        }
    }

    static final class Upload {
        private final String description;
        private final long size;
        private final CRC32 checksum = new CRC32();
        private long reached;

        Upload(String description, long size) {
            this.description = description;
            this.size = size;
        }

        long reached() {
            return reached;
        }

        long checksum() {
            return checksum.getValue();
        }

        String description() {
            return description;
        }
    }

    FakeGraph() throws IOException {
        this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50));
    }

    /// Uses TLS, as `localhost`.
    FakeGraph(SSLContext context) throws IOException {
        this(secure(context));
    }

    private FakeGraph(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private static HttpServer secure(SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return server;
    }

    URI root() {
        String host = server instanceof HttpsServer ? "https://localhost:" : "http://127.0.0.1:";
        return URI.create(host + server.getAddress().getPort());
    }

    /// @param request method and end of the path: `POST /sendMail`
    void next(String request, Behaviour behaviour) {
        behaviours.computeIfAbsent(request, _ -> new ArrayDeque<>()).add(behaviour);
    }

    static Behaviour answering(int status, String body, String... headers) {
        return exchange -> {
            exchange.getRequestBody().readAllBytes();
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            answer(exchange, status, body);
            return true;
        };
    }

    /// Answers with a body that does not end.
    static Behaviour answeringForEver(int status, String repeated) {
        return exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(status, 0);
            byte[] block = repeated.repeat(1000).getBytes(StandardCharsets.US_ASCII);
            while (true) {
                exchange.getResponseBody().write(block); // until the client hangs up
            }
        };
    }

    static Behaviour refusing(int status, String code, String message, String... headers) {
        return answering(
                status,
                "{\"error\":{\"code\":\"" + code + "\",\"message\":\"" + message
                        + "\",\"innerError\":{\"date\":\"2026-11-21T08:00:00\",\"request-id\":\"r-1\"}}}",
                headers);
    }

    void accept(String token) {
        goodToken = token;
    }

    /// @param json the recipients that Graph reports for drafts: `"bccRecipients":[…]`
    void readRecipientsAs(String json) {
        readers = json;
    }

    List<String> asked() {
        return asked;
    }

    /// @return the decoded queries of the requests that had one
    List<String> queries() {
        return queries;
    }

    /// @return the messages that were sent, as they were received
    List<String> sent() {
        return sent;
    }

    Map<String, Draft> drafts() {
        return drafts;
    }

    Draft draft(int number) {
        return Objects.requireNonNull(drafts.get("draft-" + number));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath().replace(PREFIX, "");
            String request = exchange.getRequestMethod() + " " + path.replaceAll("draft-\\d+|upload-\\d+", "*");
            asked.add(request);
            Optional.ofNullable(exchange.getRequestURI().getQuery()).ifPresent(queries::add);
            Deque<Behaviour> behaviour = behaviours.getOrDefault(request, new ArrayDeque<>());
            if (!behaviour.isEmpty() && behaviour.remove().act(exchange)) {
                return;
            }
            if (path.startsWith("/upload-")) {
                upload(exchange, Objects.requireNonNull(uploads.get(path)));
            } else if (!("Bearer " + goodToken)
                    .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                refusing(401, "InvalidAuthenticationToken", "Access token has expired.")
                        .act(exchange);
            } else {
                serve(exchange, request, path.split("/"));
            }
        }
    }

    private void serve(HttpExchange exchange, String request, String[] path) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Draft draft = path.length > 2 ? Objects.requireNonNull(drafts.get(path[2])) : new Draft("");
        switch (request) {
            case "POST /sendMail" -> {
                sent.add(decoded(exchange, body));
                answer(exchange, 202, "");
            }
            case "POST /messages" -> {
                String id = "draft-" + (drafts.size() + 1);
                drafts.put(id, new Draft(decoded(exchange, body)));
                answer(exchange, 201, "{\"@odata.etag\":\"x\",\"id\":\"" + id + "\"" + readers + "}");
            }
            case "PATCH /messages/*" -> {
                draft.corrections.add(body);
                answer(exchange, 200, "{}");
            }
            case "POST /messages/*/attachments" -> {
                byte[] content = Base64.getDecoder().decode(field(body, "contentBytes"));
                Upload file = new Upload(body.replaceAll("\"contentBytes\":\"[^\"]*\"", ""), content.length);
                file.reached = content.length;
                file.checksum.update(content);
                draft.files.put(field(body, "name"), file);
                answer(exchange, 201, "{}");
            }
            case "GET /messages/*/attachments" ->
                answer(
                        exchange,
                        200,
                        draft.files.entrySet().stream()
                                .filter(file -> file.getValue().reached == file.getValue().size)
                                .map(file -> "{\"name\":\"" + file.getKey() + "\",\"size\":"
                                        + (file.getValue().size + 250) + "}")
                                .collect(Collectors.joining(",", "{\"value\":[", "]}")));
            case "POST /messages/*/attachments/createUploadSession" -> {
                String address = "/upload-" + (uploads.size() + 1);
                Upload upload = new Upload(body, Long.parseLong(body.replaceAll("(?s).*\"size\":(\\d+).*", "$1")));
                uploads.put(address, upload);
                draft.files.put(field(body, "name"), upload);
                answer(
                        exchange,
                        201,
                        "{\"uploadUrl\":\"" + root() + address
                                + "?authtoken=opaque\",\"nextExpectedRanges\":[\"0-\"]}");
            }
            case "POST /messages/*/send" -> {
                boolean whole = draft.files.values().stream().allMatch(file -> file.reached == file.size);
                sent.add(draft.mime);
                answer(exchange, whole ? 202 : 400, "");
            }
            case "DELETE /messages/*" -> {
                drafts.remove(path[2]);
                answer(exchange, 204, "");
            }
            default -> answer(exchange, 404, "");
        }
    }

    private static String decoded(HttpExchange exchange, String body) throws IOException {
        try {
            return new String(Base64.getDecoder().decode(body), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            refusing(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.")
                    .act(exchange);
            throw new IOException(e);
        }
    }

    private static String field(String json, String name) {
        return json.replaceAll("(?s).*\"" + name + "\":\"([^\"]*)\".*", "$1");
    }

    private static void upload(HttpExchange exchange, Upload upload) throws IOException {
        if (exchange.getRequestHeaders().containsKey("Authorization")) {
            answer(exchange, 401, "");
            return;
        }
        if (exchange.getRequestMethod().equals("PUT")) {
            String expected = "bytes " + upload.reached + "-";
            String range = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Range"));
            if (!range.startsWith(expected) || !range.endsWith("/" + upload.size)) {
                refusing(416, "InvalidContentRange", range).act(exchange);
                return;
            }
            take(exchange, upload, Long.MAX_VALUE);
        }
        boolean done = upload.reached == upload.size;
        if (done && exchange.getRequestMethod().equals("GET")) {
            refusing(404, "ErrorItemNotFound", "The session is over.").act(exchange);
            return;
        }
        String next = done ? "" : "\"" + upload.reached + "\"";
        answer(
                exchange,
                done ? 201 : 200,
                "{\"expirationDateTime\":\"2026-11-21T09:00:00Z\",\"nextExpectedRanges\":[" + next + "]}");
    }

    private static void take(HttpExchange exchange, Upload upload, long most) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        InputStream in = exchange.getRequestBody();
        long left = most;
        for (int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                count > 0;
                count = in.read(buffer, 0, (int) Math.min(left, buffer.length))) {
            upload.checksum.update(buffer, 0, count);
            upload.reached += count;
            left -= count;
        }
    }

    /// Reads this many octets, and drops the connection.
    Behaviour dropping(long after) {
        return exchange -> {
            take(
                    exchange,
                    Objects.requireNonNull(uploads.get(exchange.getRequestURI().getPath())),
                    after);
            return true; // closed without an answer
        };
    }

    /// Acts as if nothing had been uploaded.
    void forgetUploads() {
        uploads.values().forEach(upload -> {
            upload.reached = 0;
            upload.checksum.reset();
        });
    }

    static void answer(HttpExchange exchange, int status, String body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(body.getBytes(StandardCharsets.UTF_8));
        exchange.sendResponseHeaders(status, out.size() == 0 ? -1 : out.size());
        out.writeTo(exchange.getResponseBody());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
