package org.o365relay.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.net.HttpSettings.Proxy;

/// Servers and proxies whose answers do not end, or arrive octet by octet.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileServerTest {

    private static final Duration NEVER = Duration.ofSeconds(25);
    private static final Duration SOON = Duration.ofMillis(400);
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private final CountDownLatch hungUp = new CountDownLatch(1);
    private ServerSocket listener;
    private volatile String beginning = "";
    private volatile String repeated = "";
    private volatile boolean slow;

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @ParameterizedTest
    @CsvSource({"Connection: close", "Content-Length: 4000000000", "Transfer-Encoding: chunked"})
    void failsIfTheBodyIsTooLarge(String framing) throws Exception {
        answers(OK + framing + "\r\n\r\n", framing.endsWith("chunked") ? "5\r\nhello\r\n" : "hello");
        assertThatThrownBy(() -> get(NEVER, BodyLimit.atMost(64 * 1024)))
                .isInstanceOf(NoResponseException.class)
                .hasMessage("the response from 127.0.0.1 is larger than 64 KiB");
        assertHungUp();
    }

    @Test
    void truncatesTheBodyIfOnlyItsBeginningMatters() throws Exception {
        answers(OK + "\r\n", "hello");
        assertThat(get(NEVER, BodyLimit.truncatedTo(13)).body()).asString().isEqualTo("hellohellohel");
        assertHungUp();
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 401, 429, 500, 503})
    void keepsTheStatusOfAnEndlessError(int status) throws Exception {
        answers("HTTP/1.1 " + status + " No\r\nRetry-After: 7\r\n\r\n", "<html>");
        HttpResponse<byte[]> response = get(NEVER, BodyLimit.atMost(8 * 1024 * 1024));
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(response.body()).hasSize(64 * 1024);
        assertHungUp();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 ", // the status line does not end
                OK + "X: ", // a header field
                OK, // the header
                "", // 1xx responses
            })
    void failsIfTheHeaderDoesNotEnd(String start) throws Exception {
        answers(
                start,
                switch (start) {
                    case "" -> "HTTP/1.1 100 Continue\r\n\r\n";
                    case OK -> "A: b\r\n";
                    default -> "aaaaaaaaaa";
                });
        assertThatThrownBy(() -> get(NEVER, BodyLimit.atMost(64 * 1024))).isInstanceOf(NoResponseException.class);
        assertHungUp();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ''                                                     | HTTP/1.1 100 Continue  | no response from 127.0.0.1
        HTTP/1.1 200 OK                                        | a                      | no response from 127.0.0.1
        HTTP/1.1 200 OK~~~~                                    | a                      | the response from 127.0.0.1 was not complete
        HTTP/1.1 200 OK~~Content-Length: 100000~~~~            | a                      | the response from 127.0.0.1 was not complete
        HTTP/1.1 200 OK~~Transfer-Encoding: chunked~~~~5;      | a                      | the response from 127.0.0.1 was not complete
        HTTP/1.1 503 No~~~~                                    | a                      | the response from 127.0.0.1 was not complete
        """)
    void limitsTheTimeOfTheWholeResponse(String start, String octets, String message) throws Exception {
        slow = true;
        answers(start.replace("~~", "\r\n"), octets);
        assertThatThrownBy(() -> get(SOON, BodyLimit.atMost(64 * 1024)))
                .isInstanceOf(NoResponseException.class)
                .hasMessage(message + " within 400 ms");
        assertHungUp();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ''                                       | a
        HTTP/1.1 200 Connected~~                 | a
        HTTP/1.1 407 Who are you~~~~             | a
        HTTP/1.1 200 Connected~~~~               | a
        """)
    void limitsTheTimeOfTheProxy(String start, String octets) throws Exception {
        slow = true;
        answers(start.replace("~~", "\r\n"), octets);
        NoResponseException failure = catchThrowableOfType(
                NoResponseException.class,
                () -> get(SOON, new Proxy("127.0.0.1", listener.getLocalPort(), null), "https://graph.example/"));
        assertThat(failure).hasMessageContaining("proxy");
        assertHungUp();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        HTTP/1.1 200 Connected~~                 | A: b~~
        HTTP/1.1 407 Who are you~~~~             | a
        HTTP/1.1 503 No~~~~                      | a
        """)
    void endsWithAProxyWhoseAnswerDoesNot(String start, String octets) throws Exception {
        answers(start.replace("~~", "\r\n"), octets.replace("~~", "\r\n"));
        assertThatThrownBy(() -> {
                    HttpResponse<byte[]> response =
                            get(NEVER, new Proxy("127.0.0.1", listener.getLocalPort(), null), "https://graph.example/");
                    throw new IOException("HTTP " + response.statusCode());
                })
                .isInstanceOf(IOException.class);
        assertHungUp();
    }

    @Test
    void limitsTheTimeOfTheTlsHandshake() throws Exception {
        slow = true;
        answers("\u0016\u0003\u0003@\u0000", "a"); // the beginning of a record of 16 KiB
        assertThatThrownBy(() -> get(SOON, null, "https://127.0.0.1:" + listener.getLocalPort() + "/"))
                .isInstanceOf(NoResponseException.class);
        assertHungUp();
    }

    private void answers(String start, String then) {
        beginning = start;
        repeated = then;
    }

    private void assertHungUp() throws InterruptedException {
        assertThat(hungUp.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private void serve() {
        try (Socket client = listener.accept()) {
            InputStream in = client.getInputStream();
            Thread.ofVirtual().start(() -> readAll(in));
            OutputStream out = client.getOutputStream();
            out.write(beginning.getBytes(StandardCharsets.ISO_8859_1));
            byte[] block = (slow ? repeated : repeated.repeat(2000)).getBytes(StandardCharsets.ISO_8859_1);
            while (hungUp.getCount() > 0) {
                out.write(block, 0, slow ? 1 : block.length);
                if (slow) {
                    hungUp.await(20, TimeUnit.MILLISECONDS);
                }
            }
        } catch (IOException e) {
            hungUp.countDown();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void readAll(InputStream in) {
        try {
            in.transferTo(OutputStream.nullOutputStream());
            hungUp.countDown();
        } catch (IOException _) {
            hungUp.countDown();
        }
    }

    private HttpResponse<byte[]> get(Duration limit, BodyLimit size) throws Exception {
        Https https = new Https(new HttpSettings(null, null, limit, limit));
        return https.send(
                https.request(URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/"))
                        .build(),
                size);
    }

    private static HttpResponse<byte[]> get(Duration limit, @Nullable Proxy proxy, String uri) throws Exception {
        Https https = new Https(new HttpSettings(proxy, null, limit, limit));
        return https.send(https.request(URI.create(uri)).build(), BodyLimit.atMost(64 * 1024));
    }
}
