package org.o365relay.identity;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/// A sign-in service that issues a token for each request, unless a scripted answer is left. Records the
/// requests.
public final class FakeEntra implements AutoCloseable {

    public static final String TENANT = "11111111-2222-3333-4444-555555555555";

    /// The forms that were posted to the token endpoint.
    public final List<Map<String, String>> asked = Collections.synchronizedList(new ArrayList<>());

    /// Forms posted to the device code endpoint.
    public final List<Map<String, String>> askedForCodes = Collections.synchronizedList(new ArrayList<>());

    /// Opens when the token endpoint may answer.
    public volatile CountDownLatch gate = new CountDownLatch(0);

    public volatile int lifetimeSeconds = 3599;

    private final HttpsServer server;
    private final Queue<Answer> script = new ArrayDeque<>();
    private final AtomicInteger serial = new AtomicInteger();

    /// @param retryAfter empty for none
    record Answer(int status, String retryAfter, String body) {}

    /// Waits until the token endpoint has received this many requests, at most ten seconds.
    void awaitAsked(int times) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        synchronized (asked) {
            for (long left = 1; asked.size() < times && left > 0; ) {
                asked.wait(left);
                left = Duration.ofNanos(until - System.nanoTime()).toMillis();
            }
        }
    }

    public FakeEntra(SSLContext tls) throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/" + TENANT + "/oauth2/v2.0/token", this::token);
        server.createContext("/" + TENANT + "/oauth2/v2.0/devicecode", this::deviceCode);
        server.start();
    }

    public String authority() {
        return "https://localhost:" + port();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String tokenEndpoint() {
        return authority() + "/" + TENANT + "/oauth2/v2.0/token";
    }

    /// Scripts the next answer of the token endpoint.
    public FakeEntra says(int status, String body) {
        return says(status, "", body);
    }

    FakeEntra says(int status, String retryAfter, String body) {
        synchronized (script) {
            script.add(new Answer(status, retryAfter, body));
        }
        return this;
    }

    @Override
    public void close() {
        gate.countDown();
        server.stop(0);
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form = form(exchange);
        synchronized (asked) {
            asked.add(form);
            asked.notifyAll();
        }
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        Answer scripted;
        synchronized (script) {
            scripted = script.poll();
        }
        if (scripted == null) {
            answer(exchange, new Answer(200, "", grant(form)));
        } else {
            answer(exchange, scripted);
        }
    }

    private void deviceCode(HttpExchange exchange) throws IOException {
        askedForCodes.add(form(exchange));
        answer(exchange, new Answer(200, "", """
            {"user_code":"ABCD-1234","device_code":"the-device-code-itself","verification_uri":"https://login.example/device",
            "expires_in":900,"interval":0,"message":"go"}\
            """));
    }

    private String grant(Map<String, String> form) {
        int number = serial.incrementAndGet();
        String token = jwt("\"aud\":\"https://outlook.office365.com\",\"tid\":\"" + TENANT + "\",\"appid\":\""
                + form.get("client_id") + "\",\"oid\":\"oid-1\",\"roles\":[\"SMTP.SendAsApp\"],\"serial\":" + number);
        boolean user = !"client_credentials".equals(form.get("grant_type"));
        return "{\"token_type\":\"Bearer\",\"expires_in\":" + lifetimeSeconds + ",\"access_token\":\"" + token + "\""
                + (user ? ofUser(form, number) : "") + "}";
    }

    private static String ofUser(Map<String, String> form, int number) {
        return ",\"scope\":\"" + form.get("scope") + "\",\"refresh_token\":\"refresh-token-" + number
                + "\",\"id_token\":\""
                + jwt("\"preferred_username\":\"relay@contoso.example\",\"oid\":\"oid-9\",\"tid\":\"" + TENANT + "\"")
                + "\",\"client_info\":\"" + base64("{\"uid\":\"oid-9\",\"utid\":\"" + TENANT + "\"}") + "\"";
    }

    static String jwt(String claims) {
        return base64("{\"alg\":\"none\"}") + "." + base64("{" + claims + "}") + "." + base64("no signature");
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> form(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> form = new HashMap<>();
        for (String field : body.split("&", -1)) {
            String[] both = field.split("=", 2);
            form.put(both[0], both.length < 2 ? "" : URLDecoder.decode(both[1], StandardCharsets.UTF_8));
        }
        return form;
    }

    private static void answer(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        if (!answer.retryAfter().isEmpty()) {
            exchange.getResponseHeaders().add("Retry-After", answer.retryAfter());
        }
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
