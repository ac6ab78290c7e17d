package org.o365relay.ndr;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.o365relay.identity.AccessToken;
import org.o365relay.identity.Credential;
import org.o365relay.identity.TokenSource;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;

class GraphFolderTest {

    private static final String ENDLESS = "endless";
    private static final String LIST = "/v1.0/users/relay@contoso.example/mailFolders/inbox/messages";
    private static final String REPORT = "multipart/report; report-type=delivery-status; boundary=b";

    private final Map<String, String> answers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final List<String> forgotten = new ArrayList<>();
    private int status = 200;
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void skipsExistingMessagesAtTheFirstScan() throws Exception {
        answers.put(
                LIST,
                page(
                        root() + LIST + "?page=2",
                        message("c", "08:00:02", REPORT),
                        message("b", "08:00:02", REPORT),
                        message("a", "08:00:01", REPORT)));
        look("");
        assertThat(asked)
                .containsExactly(LIST
                        + "?$orderby=receivedDateTime desc&$select=id,receivedDateTime,internetMessageHeaders&$top=50");
        assertThat(told).containsExactly("passed 2026-03-01T08:00:02Z b c");
    }

    @Test
    void readsEveryMessageThatArrivesInAnEmptyFolder() throws Exception {
        answers.put(LIST, page(""));
        look("");
        assertThat(told).containsExactly("passed 1970-01-01T00:00:00Z");
    }

    @Test
    void readsAllPagesAndFetchesOnlyPossibleReports() throws Exception {
        String second = root() + LIST + "?page=2";
        answers.put(LIST, page(second, message("a", "08:00:01", "text/plain"), message("b", "08:00:01", REPORT)));
        answers.put(LIST + "?page=2", page("", message("c", "08:00:02", ""), message("d", "08:00:03", "text/html")));
        answers.put("/v1.0/users/relay@contoso.example/messages/b/$value", "report b");
        answers.put("/v1.0/users/relay@contoso.example/messages/c/$value", "perhaps");
        look("2026-03-01T08:00:00Z");
        assertThat(told)
                .containsExactly(
                        "found 2026-03-01T08:00:01Z a b: report b",
                        "passed 2026-03-01T08:00:01Z a b",
                        "found 2026-03-01T08:00:02Z c: perhaps",
                        "passed 2026-03-01T08:00:03Z d");
        assertThat(asked.getFirst())
                .startsWith(LIST
                        + "?$filter=receivedDateTime ge 2026-03-01T08:00:00Z&$orderby=receivedDateTime&$select=id,");
    }

    @Test
    void skipsScannedMessagesOfTheSameSecond() throws Exception {
        answers.put(LIST, page("", message("a", "08:00:01", REPORT), message("b", "08:00:01", REPORT)));
        answers.put("/v1.0/users/relay@contoso.example/messages/b/$value", "report b");
        look("2026-03-01T08:00:01Z a");
        assertThat(told).containsExactly("found 2026-03-01T08:00:01Z a b: report b", "passed 2026-03-01T08:00:01Z a b");
    }

    @Test
    void skipsAMessageDeletedInTheMeantime() throws Exception {
        answers.put(LIST, page("", message("gone", "08:00:01", REPORT)));
        look("2026-03-01T08:00:00Z");
        assertThat(told).containsExactly("passed 2026-03-01T08:00:01Z gone");
    }

    @Test
    void reportsTheMissingPermission() {
        status = 403;
        answers.put(LIST, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"Access is denied.\"}}");
        assertThatThrownBy(() -> look("2026-03-01T08:00:00Z"))
                .isInstanceOf(UnreadableFolderException.class)
                .hasMessageStartingWith("Microsoft Graph replied: HTTP 403 ErrorAccessDenied: Access is denied.")
                .hasMessageContaining("Mail.Read")
                .hasMessageNotContaining("geheim");
    }

    @Test
    void reportsAListThatDoesNotEnd() {
        answers.put(LIST, ENDLESS);
        assertThatThrownBy(() -> look("2026-03-01T08:00:00Z"))
                .isInstanceOf(UnreadableFolderException.class)
                .hasMessage("the response from 127.0.0.1 is larger than 8 MiB");
    }

    @Test
    void truncatesAMessageThatDoesNotEnd() throws Exception {
        answers.put(LIST, page("", message("b", "08:00:01", REPORT)));
        answers.put("/v1.0/users/relay@contoso.example/messages/b/$value", ENDLESS);
        look("2026-03-01T08:00:00Z");
        assertThat(told.getFirst()).hasSize("found 2026-03-01T08:00:01Z b: ".length() + GraphFolder.MAX_MESSAGE);
    }

    @Test
    void replacesARefusedTokenOnce() {
        status = 401;
        answers.put(LIST, "{}");
        assertThatThrownBy(() -> look("2026-03-01T08:00:00Z")).hasMessageContaining("HTTP 401");
        assertThat(forgotten).hasSize(1);
        assertThat(asked).hasSize(2);
    }

    @Test
    void doesNotSendTheTokenToAnotherServer() {
        answers.put(LIST, page("https://elsewhere.example/v1.0/", message("a", "08:00:01", "text/plain")));
        assertThatThrownBy(() -> look("2026-03-01T08:00:00Z")).hasMessageContaining("another server");
        assertThat(told).containsExactly("passed 2026-03-01T08:00:01Z a");
    }

    private void look(String place) throws Exception {
        TokenSource tokens = new TokenSource() {
            @Override
            public AccessToken token() {
                return new AccessToken(new Secret("geheim"), Instant.MAX);
            }

            @Override
            public void invalidate(AccessToken refused) {
                forgotten.add(refused.toString());
            }
        };
        Credential.OAuth credential = new Credential.ManagedIdentity("relay@contoso.example", null);
        new GraphFolder(
                        new NdrSettings.Graph(URI.create(root()), "inbox", credential, "scope"),
                        tokens,
                        new Https(HttpSettings.DIRECT))
                .scan(place.isEmpty() ? Optional.empty() : Optional.of(place), new NdrFolder.Listener() {
                    @Override
                    public void messageFound(String reached, byte[] content) {
                        told.add("found " + reached + ": " + new String(content, UTF_8));
                    }

                    @Override
                    public void positionReached(String reached) {
                        told.add("passed " + reached);
                    }
                });
    }

    private String root() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static String message(String id, String time, String type) {
        String headers = type.isEmpty()
                ? ""
                : ",\"internetMessageHeaders\":[{\"name\":\"content-type\",\"value\":\"" + type + "\"}]";
        return "{\"id\":\"" + id + "\",\"receivedDateTime\":\"2026-03-01T" + time + "Z\"" + headers + "}";
    }

    private static String page(String next, String... messages) {
        String link = next.isEmpty() ? "" : ",\"@odata.nextLink\":\"" + next + "\"";
        return "{\"value\":[" + String.join(",", messages) + "]" + link + "}";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String uri = URLDecoder.decode(exchange.getRequestURI().toString(), UTF_8);
            asked.add(uri);
            String answer = answers.getOrDefault(uri, answers.get(uri.split("\\?", 2)[0]));
            if (ENDLESS.equals(answer)) {
                exchange.sendResponseHeaders(status, 0);
                while (true) {
                    exchange.getResponseBody().write(new byte[1 << 16]); // until the client hangs up
                }
            }
            byte[] body = (answer == null ? "{}" : answer).getBytes(UTF_8);
            exchange.sendResponseHeaders(answer == null ? 404 : status, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
