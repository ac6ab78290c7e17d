package org.o365relay.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.deliver.smtp.TestCertificate;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings.Login;
import org.o365relay.net.HttpSettings.Proxy;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpsTest {

    private static final String PASSWORD = "pr0xy-pässword";

    @TempDir
    static Path directory;

    private static TestCertificate localhost;
    private static TestCertificate other;

    private final List<String> loginsSeenByTheServer = Collections.synchronizedList(new ArrayList<>());
    private final List<AutoCloseable> opened = new ArrayList<>();
    private HttpsServer server;
    private volatile int status = 200;

    @BeforeAll
    static void makeCertificates() {
        localhost = TestCertificate.madeFor("localhost", directory);
        other = TestCertificate.madeFor("other.example", directory);
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(localhost.context()));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            loginsSeenByTheServer.addAll(exchange.getRequestHeaders().getOrDefault("Proxy-Authorization", List.of()));
            byte[] body = "hello".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop(0);
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    @Test
    void trustsAdditionalCertificatesAndTheSystems() throws Exception {
        assertThat(get(new Https(settings(null, localhost.pem())), "localhost").body())
                .asString()
                .isEqualTo("hello");
        assertThat(ServerTrust.contextTrustingAlso(localhost.pem())).isNotNull();
    }

    @Test
    void reportsAnUntrustedCertificateWithItsIssuer() {
        for (@Nullable Path extra : new Path[] {null, other.pem()}) {
            assertThatThrownBy(() -> get(new Https(settings(null, extra)), "localhost"))
                    .asInstanceOf(type(NoResponseException.class))
                    .satisfies(refused -> assertThat(refused.isTls()).isTrue())
                    .extracting(Throwable::getMessage)
                    .isEqualTo("certificate of localhost is not signed by a trusted CA" + " (issuer: CN=localhost)");
        }
    }

    @Test
    void reportsACertificateForAnotherName() {
        assertThatThrownBy(() -> get(new Https(settings(null, localhost.pem())), "127.0.0.1"))
                .asInstanceOf(type(NoResponseException.class))
                .extracting(Throwable::getMessage)
                .isEqualTo("certificate of 127.0.0.1 is for localhost, not for 127.0.0.1");
    }

    @Test
    void opensATunnelThroughTheProxy() throws Exception {
        FakeProxy proxy = proxy("");
        Https https = new Https(settings(new Proxy("localhost", proxy.port(), null), localhost.pem()));
        assertThat(get(https, "localhost").body()).asString().isEqualTo("hello");
        assertThat(proxy.requests)
                .singleElement()
                .asString()
                .startsWith("CONNECT localhost:" + server.getAddress().getPort() + " HTTP/1.1");
    }

    @Test
    void sendsTheProxyLoginOnlyToTheProxy() throws Exception {
        FakeProxy proxy = proxy("relay:" + PASSWORD);
        Https https = new Https(settings(
                new Proxy("localhost", proxy.port(), new Login("relay", new Secret(PASSWORD))), localhost.pem()));
        assertThat(get(https, "localhost").body()).asString().isEqualTo("hello");
        assertThat(loginsSeenByTheServer).isEmpty();
    }

    /// With an authenticator, the JDK would report a broken connection instead.
    @Test
    void returnsA401ThroughAProxyWithLogin() throws Exception {
        FakeProxy proxy = proxy("relay:" + PASSWORD);
        status = 401;
        Https https = new Https(settings(
                new Proxy("localhost", proxy.port(), new Login("relay", new Secret(PASSWORD))), localhost.pem()));
        assertThat(get(https, "localhost").statusCode()).isEqualTo(401);
    }

    @Test
    void reportsThatTheProxyRejectsTheLogin() throws Exception {
        FakeProxy proxy = proxy("relay:" + PASSWORD);
        Proxy wrong = new Proxy("localhost", proxy.port(), new Login("relay", new Secret("wr0ng-pässword")));
        assertThatThrownBy(() -> get(new Https(settings(wrong, localhost.pem())), "localhost"))
                .isInstanceOf(NoResponseException.class)
                .hasMessage("the proxy localhost:" + proxy.port() + " rejects the login of relay (HTTP 407)");
        Proxy none = new Proxy("localhost", proxy.port(), null);
        assertThatThrownBy(() -> get(new Https(settings(none, localhost.pem())), "localhost"))
                .isInstanceOf(NoResponseException.class)
                .hasMessage(
                        "the proxy localhost:" + proxy.port() + " requires a login (HTTP 407), but none is configured");
    }

    @Test
    void reportsWhichHostRefusesTheConnection() throws Exception {
        int free = freePort();
        assertThatThrownBy(() -> send(new Https(settings(null, null)), "https://localhost:" + free + "/"))
                .isInstanceOf(NoResponseException.class)
                .hasMessage("connection refused by localhost:" + free);
        assertThatThrownBy(() -> get(new Https(settings(new Proxy("localhost", free, null), null)), "localhost"))
                .isInstanceOf(NoResponseException.class)
                .hasMessage("connection refused by the proxy (through the proxy localhost:" + free + ")");
    }

    @Test
    void reportsWhichNameIsNotFound() {
        assertThatThrownBy(() -> send(new Https(settings(null, null)), "https://nowhere.invalid/"))
                .isInstanceOf(NoResponseException.class)
                .hasMessage("name not found: nowhere.invalid");
        assertThatThrownBy(() -> get(new Https(settings(new Proxy("proxy.invalid", 3128, null), null)), "localhost"))
                .isInstanceOf(NoResponseException.class)
                .hasMessage("name not found: proxy.invalid (through the proxy proxy.invalid:3128)");
    }

    @Test
    void timesOutIfTheServerDoesNotRespond() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() ->
                            send(new Https(settings(null, null)), "https://localhost:" + silent.getLocalPort() + "/"))
                    .isInstanceOf(NoResponseException.class)
                    .message()
                    .matches("(no response|cannot connect) .*localhost.* within .*");
        }
    }

    private FakeProxy proxy(String login) throws IOException {
        FakeProxy proxy = new FakeProxy(server.getAddress().getPort(), login);
        opened.add(proxy);
        return proxy;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static HttpSettings settings(@Nullable Proxy proxy, @Nullable Path trusted) {
        return new HttpSettings(proxy, trusted, Duration.ofSeconds(2), Duration.ofMillis(1500));
    }

    private HttpResponse<byte[]> get(Https https, String host) throws NoResponseException, InterruptedException {
        return send(https, "https://" + host + ":" + server.getAddress().getPort() + "/");
    }

    private static HttpResponse<byte[]> send(Https https, String uri) throws NoResponseException, InterruptedException {
        return https.send(https.request(URI.create(uri)).build(), BodyLimit.atMost(1024));
    }
}
