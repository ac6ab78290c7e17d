package org.o365relay.alert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;

class WebhookTest {

    private static final Instant SINCE = Instant.parse("2026-03-01T02:10:00Z");

    private record Request(
            String method,
            String path,
            String type,
            @Nullable String key,
            String body) {}

    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile boolean endless;
    private HttpServer server;
    private AlertOutbox webhook;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        webhook = webhook(server.getAddress().getPort(), new Secret("Bearer geheim"));
        webhook.start();
    }

    @AfterEach
    void stop() {
        webhook.close();
        server.stop(0);
    }

    @Test
    void postsRaisedAndClearedAlerts() throws Exception {
        webhook.offer(message("mailbox-blocked x", false));
        Request raised = next();
        assertThat(raised.method()).isEqualTo("POST");
        assertThat(raised.path()).isEqualTo("/T0/geheim?key=1");
        assertThat(raised.type()).isEqualTo("application/json; charset=utf-8");
        assertThat(raised.key()).isEqualTo("Bearer geheim");
        assertThat(json(raised))
                .containsEntry("event", "raised")
                .containsEntry("name", "mailbox-blocked x")
                .containsEntry("subject", "Mailbox cannot send")
                .containsEntry("text", "Mailbox cannot send. The \"mailbox\" is blöcked. What to do: Fix it.")
                .containsEntry("advice", "Fix it.")
                .containsEntry("since", "2026-03-01T02:10:00Z")
                .containsEntry("at", "2026-03-01T02:10:00Z")
                .containsEntry("relay", "relay.example")
                .containsEntry("version", "1.2.3")
                .hasSize(9);
        webhook.offer(message("mailbox-blocked x", true));
        assertThat(json(next()))
                .containsEntry("event", "cleared")
                .containsEntry("subject", "Resolved: Mailbox cannot send")
                .containsEntry(
                        "text",
                        "Resolved: Mailbox cannot send. It lasted from 1 March 2026 02:10 UTC to 1 March 2026 03:10"
                                + " UTC.")
                .containsEntry("at", "2026-03-01T03:10:00Z");
    }

    @Test
    void doesNotReadAResponseThatDoesNotEnd() throws Exception {
        endless = true;
        webhook.offer(message("first", false));
        webhook.offer(message("second", false));
        assertThat(json(next())).containsEntry("name", "first");
        assertThat(json(next())).containsEntry("name", "second");
    }

    @Test
    void dropsAnAlertAfterThreeAttempts() throws Exception {
        refusals.set(3);
        webhook.offer(message("first", false));
        webhook.offer(message("second", false));
        for (int i = 0; i < 3; i++) {
            assertThat(json(next())).containsEntry("name", "first");
        }
        assertThat(json(next())).containsEntry("name", "second");
    }

    @Test
    void retriesUntilItIsAccepted() throws Exception {
        refusals.set(2);
        webhook.offer(message("first", false));
        webhook.offer(message("second", false));
        assertThat(json(next())).containsEntry("name", "first");
        assertThat(json(next())).containsEntry("name", "first");
        assertThat(json(next())).containsEntry("name", "first");
        assertThat(json(next())).containsEntry("name", "second");
    }

    @Test
    void neverBlocksAndDropsTheOldest() throws Exception {
        webhook.close(); // so that nothing is posted
        AlertOutbox idle = webhook(server.getAddress().getPort(), null);
        for (int i = 0; i < AlertOutbox.MAX_PENDING + 5; i++) {
            idle.offer(message("number " + i, false));
        }
        idle.start();
        Request request = next();
        assertThat(json(request)).containsEntry("name", "number 5");
        assertThat(request.key()).isNull();
        for (int i = 1; i < AlertOutbox.MAX_PENDING; i++) {
            next();
        }
        idle.close();
        assertThat(requests).isEmpty();
    }

    @Test
    void toleratesAnUnreachableServer() throws Exception {
        AlertOutbox broken = webhook(1, null);
        broken.offer(message("first", false));
        broken.start();
        broken.offer(message("second", false));
        broken.close(); // returns at once, although an alert is being sent
        webhook.offer(message("third", false));
        assertThat(json(next())).containsEntry("name", "third");
    }

    @Test
    void hidesSecrets() {
        WebhookSettings settings =
                new WebhookSettings(new Secret("https://hooks/geheim"), "X-Key", new Secret("geheim"));
        assertThat(settings.toString()).doesNotContain("geheim");
        assertThat(new AlertChannelSettings(settings, null, null).toString()).doesNotContain("geheim");
    }

    private AlertOutbox webhook(int port, @Nullable Secret secret) {
        Secret url = new Secret("http://127.0.0.1:" + port + "/T0/geheim?key=1");
        Webhook posting = new Webhook(
                new WebhookSettings(url, "X-Key", secret), new Https(HttpSettings.DIRECT), "relay.example", "1.2.3");
        return new AlertOutbox(posting, List.of(Duration.ofMillis(1), Duration.ofMillis(6)));
    }

    private static AlertMessage message(String name, boolean cleared) {
        Alert alert = new Alert(name, SINCE, "Mailbox cannot send", "The \"mailbox\" is blöcked.", "Fix it.");
        return new AlertMessage(alert, cleared, cleared ? SINCE.plus(Duration.ofHours(1)) : SINCE, false);
    }

    private Request next() throws InterruptedException {
        Request request = requests.poll(10, TimeUnit.SECONDS);
        assertThat(request).isNotNull();
        return request;
    }

    private static Map<String, String> json(Request request) throws IOException {
        return new ObjectMapper().readValue(request.body(), new TypeReference<>() {});
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    exchange.getRequestHeaders().getFirst("X-Key"),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
            if (endless) {
                exchange.sendResponseHeaders(200, 0);
                while (true) {
                    exchange.getResponseBody().write(new byte[1 << 16]); // until the client hangs up
                }
            }
            exchange.sendResponseHeaders(refusals.getAndDecrement() > 0 ? 503 : 204, -1);
        }
    }
}
