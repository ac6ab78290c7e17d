package org.o365relay.deliver.graph;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.identity.TokenException;
import org.o365relay.mail.Reply;
import org.o365relay.mail.UnacceptableContentException;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;

@Timeout(60)
class GraphUpstreamTest {

    private static final String SMALL =
            "From: relay@contoso.example\r\nTo: Ann <ann@contoso.com>, eve@adatum.com\r\n\r\nGrüße\r\n";

    @TempDir
    private Path spool;

    private GraphFixture fixture;
    private FakeGraph graph;

    @BeforeEach
    void start() throws IOException {
        fixture = new GraphFixture(spool);
        graph = fixture.graph;
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<", "<script ", "<p>busy</p>", "{\"error\":"})
    void readsOnlyTheBeginningOfAnEndlessError(String body) {
        graph.next("POST /sendMail", FakeGraph.answeringForEver(503, body));
        Response response = fixture.send(SMALL);
        assertThat(response.origin()).isEqualTo(Origin.GRAPH);
        assertThat(response.reply().toString()).startsWith("503 HTTP 503: ").hasSizeLessThan(400);
    }

    @Test
    void acceptsASuccessWhoseBodyDoesNotEnd() {
        graph.next("POST /sendMail", FakeGraph.answeringForEver(202, "a"));
        assertThat(fixture.send(SMALL).reply().code()).isEqualTo(202);
    }

    @Test
    void sendsToExactlyTheEnvelopeRecipients() {
        Response response = fixture.send(SMALL, "ann@contoso.com", "bob@fabrikam.com");

        assertThat(response).isEqualTo(new Response(Step.END_OF_CONTENT, Reply.plain(202, "Accepted"), Origin.GRAPH));
        assertThat(graph.sent())
                .containsExactly(String.join(
                        "\r\n",
                        "From: relay@contoso.example",
                        "To: Ann <ann@contoso.com>",
                        "Bcc: <bob@fabrikam.com>",
                        "",
                        "Grüße",
                        ""));
        assertThat(graph.asked()).containsExactly("POST /sendMail");
    }

    @Test
    void acceptsOnly202AsSuccess() {
        graph.next("POST /sendMail", FakeGraph.answering(200, ""));

        Response response = fixture.send(SMALL);

        assertThat(response.step()).isEqualTo(Step.END_OF_CONTENT);
        assertThat(response.reply().toString())
                .isEqualTo("200 NotSent: Graph replied 200 instead of 202 and sent nothing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        400 | ErrorInvalidRecipients      | At least one recipient is not valid.
        403 | ErrorAccessDenied           | Access is denied. Check credentials and try again.
        403 | ErrorSendAsDenied           | The user account does not have the right to send mail.
        404 | ErrorInvalidUser            | The requested user is invalid.
        413 | ErrorMessageSizeExceeded    | The message exceeds the maximum supported size.
        429 | ErrorSubmissionQuotaExceeded| Quota
        507 | ErrorQuotaExceeded          | The process failed to get the correct properties.
        503 | ServiceUnavailable          | Try later
        """)
    void reportsGraphsError(int status, String code, String message) {
        graph.next("POST /sendMail", FakeGraph.refusing(status, code, message));

        Response response = fixture.send(SMALL);

        assertThat(response.step()).isEqualTo(Step.END_OF_CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.GRAPH);
        assertThat(response.reply()).isEqualTo(Reply.plain(status, code + ": " + message + " (request-id r-1)"));
        assertThat(response.mayHaveArrived()).isEqualTo(status == 503);
    }

    @Test
    void reportsTheCodesOfInnerErrorsAndOfAChallenge() {
        graph.next(
                "POST /sendMail",
                FakeGraph.answering(
                        400,
                        "{\"error\":{\"code\":\"invalidRequest\",\"message\":\"Invalid"
                                + " request\",\"innerError\":{\"code\":"
                                + "\"RequestBroker--ParseUri\",\"innererror\":{\"code\":\"invalidRequest\"}}}}"));
        graph.next(
                "POST /sendMail",
                FakeGraph.answering(
                        403,
                        "",
                        "WWW-Authenticate",
                        "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJh\""));

        assertThat(fixture.send(SMALL).reply().toString())
                .isEqualTo("400 invalidRequest: Invalid request (RequestBroker--ParseUri)");
        assertThat(fixture.send(SMALL).reply().toString())
                .isEqualTo("403 HTTP 403: no explanation (insufficient_claims)");
    }

    @Test
    void reportsTheBeginningOfAProxysPage() {
        String page = "<html><head><style>b{}</style></head><body>\u001b[31m<b>Blocked</b>\r\n by\tproxy "
                + "x".repeat(1_000) + "</body></html>";
        graph.next("POST /sendMail", FakeGraph.answering(502, page));

        String text = fixture.send(SMALL).reply().text();

        assertThat(text).startsWith("HTTP 502: [31m Blocked by proxy xxx").hasSizeLessThan(320);
        graph.next("POST /sendMail", FakeGraph.answering(500, ""));
        assertThat(fixture.send(SMALL).reply().toString()).isEqualTo("500 HTTP 500: no explanation");
    }

    @Test
    void doesNotLetAProxyRefuseAMessage() {
        graph.next("POST /sendMail", FakeGraph.answering(400, "<h1>Bad request</h1>"));
        graph.next("POST /sendMail", FakeGraph.answering(407, ""));

        assertThat(fixture.send(SMALL).reply().toString()).isEqualTo("502 HTTP 400: Bad request");
        Response noLogin = fixture.send(SMALL);
        assertThat(noLogin.step()).isEqualTo(Step.CONNECT);
        assertThat(noLogin.origin()).isEqualTo(Origin.NETWORK);
        assertThat(noLogin.reply().text()).startsWith("the proxy refuses the configured login");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        <h1>Request Entity Too Large</h1>                    | 502 HTTP 413: Request Entity Too Large
        <p>The maximum request length supported is 4MB.</p>  | 413 HTTP 413: The maximum request length supported
        """)
    void treatsASizeLimitAsGraphsOnlyIfGraphReportsIt(String page, String reply) {
        graph.next("POST /sendMail", FakeGraph.answering(413, page));

        assertThat(fixture.send(SMALL).reply().toString()).startsWith(reply);
    }

    @Test
    void retriesOnceWithANewToken() {
        graph.accept("token-2");

        assertThat(fixture.send(SMALL).reply().code()).isEqualTo(202);
        assertThat(fixture.tokens.forgotten()).containsExactly("token-1");

        graph.accept("token-9");
        Response response = fixture.send(SMALL);
        assertThat(response.step()).isEqualTo(Step.AUTH);
        assertThat(response.origin()).isEqualTo(Origin.GRAPH);
        assertThat(response.reply().text()).startsWith("InvalidAuthenticationToken: Access token has expired.");
        assertThat(fixture.tokens.forgotten()).containsExactly("token-1", "token-2", "token-3");
    }

    @ParameterizedTest
    @EnumSource
    void sendsNothingWithoutAToken(TokenException.Origin origin) {
        fixture.tokens.fail(origin);

        Response response = fixture.send(SMALL);

        assertThat(response.step()).isEqualTo(Step.AUTH);
        assertThat(response.origin())
                .isEqualTo(
                        switch (origin) {
                            case SERVICE -> Origin.SIGN_IN;
                            case NETWORK -> Origin.NETWORK;
                            case TLS -> Origin.TLS;
                        });
        assertThat(response.reply().text()).contains("AADSTS7000215");
        assertThat(graph.asked()).isEmpty();
    }

    @Test
    void redactsATokenThatIsEchoed() {
        graph.next("POST /sendMail", FakeGraph.refusing(400, "BadRequest", "Header Authorization: Bearer token-1"));

        assertThat(fixture.send(SMALL).reply().text()).contains("Bearer ***").doesNotContain("token-1");
    }

    @Test
    void keepsTheWaitOfAReplacedUpstreamForTheSameServer() {
        graph.next("POST /sendMail", FakeGraph.refusing(429, "ApplicationThrottled", "Too many", "Retry-After", "17"));
        fixture.send(SMALL);

        GraphUpstream next = fixture.upstream(graph.root(), null, Duration.ofSeconds(10));
        next.keepRetryAfter(fixture.upstream);
        assertThat(GraphFixture.send(next, out -> out.write(new byte[1])).retryAfter())
                .isEqualTo(Duration.ofSeconds(17));
        GraphUpstream elsewhere = fixture.upstream(URI.create("http://other.example"), null, Duration.ofSeconds(10));
        elsewhere.keepRetryAfter(fixture.upstream);
        assertThat(elsewhere.endRetryAfter()).isFalse();
    }

    @Test
    void startsNoAttemptDuringARetryAfterWait() {
        graph.next("POST /sendMail", FakeGraph.refusing(429, "ApplicationThrottled", "Too many", "Retry-After", "17"));

        Response asked = fixture.send(SMALL);
        assertThat(asked.reply().toString())
                .isEqualTo("429 ApplicationThrottled: Too many (request-id r-1, retry after 17)");
        assertThat(asked.retryAfter()).isEqualTo(Duration.ofSeconds(17));
        Response held = fixture.send(SMALL);
        assertThat(held.reply().toString())
                .isEqualTo("451 4.3.2 Microsoft Graph asked the relay to wait (Retry-After, 17 s left)");
        assertThat(held.origin()).isEqualTo(Origin.RELAY);
        assertThat(held.step()).isEqualTo(Step.CONNECT);
        assertThat(held.retryAfter()).isEqualTo(Duration.ofSeconds(17));
        assertThat(fixture.upstream.check().succeeded()).isFalse();
        assertThat(graph.asked()).hasSize(1);

        fixture.clock.advance(Duration.ofSeconds(17));
        assertThat(fixture.send(SMALL).reply().code()).isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource({"3600, 3600", "99999999, 86400", "99999999999999, 86400", "soon, 0", "'', 0", "0, 0"})
    void readsEveryFormOfRetryAfter(String retryAfter, int seconds) {
        graph.next("POST /sendMail", FakeGraph.refusing(503, "ServiceUnavailable", "x", "Retry-After", retryAfter));
        fixture.send(SMALL);

        fixture.clock.advance(Duration.ofSeconds(Math.max(0, seconds - 1)));
        assertThat(fixture.send(SMALL).reply().code()).isEqualTo(seconds == 0 ? 202 : 451);
        fixture.clock.advance(Duration.ofSeconds(1));
        assertThat(fixture.send(SMALL).reply().code()).isEqualTo(202);
    }

    @Test
    void treatsAMessageWithoutAResponseAsPossiblySent() {
        graph.next("POST /sendMail", exchange -> {
            exchange.getRequestBody().readAllBytes();
            return true;
        });

        Response response = fixture.send(SMALL);

        assertThat(response.step()).isEqualTo(Step.END_OF_CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.mayHaveArrived()).isTrue();
        assertThat(response.reply().toString())
                .startsWith("451 4.4.2 connection to 127.0.0.1 lost before the response: ");
    }

    @Test
    void treatsAMessageWithALateResponseAsPossiblySent() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        graph.next("POST /sendMail", exchange -> {
            exchange.getRequestBody().readAllBytes();
            await(end);
            return true;
        });
        GraphUpstream hasty = fixture.upstream(graph.root(), null, Duration.ofMillis(300));

        Response response = GraphFixture.send(hasty, out -> out.write(SMALL.getBytes(ISO_8859_1)));
        end.countDown();

        assertThat(response.mayHaveArrived()).isTrue();
        assertThat(response.reply().text()).endsWith("timed out after 300 ms");
    }

    @Test
    void treatsAnIncompleteRequestAsNotSent() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (var socket = server.accept()) {
                    socket.setSoLinger(true, 0);
                    socket.getInputStream().readNBytes(100);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            GraphUpstreamSettings settings = new GraphUpstreamSettings(
                    URI.create("http://127.0.0.1:" + server.getLocalPort()), "relay@contoso.example", 50_000_000);
            GraphUpstream upstream = new GraphUpstream(
                    settings, fixture.tokens, new Https(HttpSettings.DIRECT), 1, spool, fixture.clock.steady());
            Response response = GraphFixture.send(
                    upstream, out -> out.write((SMALL + "x".repeat(20_000_000) + "\r\n").getBytes(ISO_8859_1)));

            assertThat(response.step()).isEqualTo(Step.CONTENT);
            assertThat(response.origin()).isEqualTo(Origin.NETWORK);
            assertThat(response.mayHaveArrived()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        http://127.0.0.1:1        | cannot connect to 127.0.0.1:
        http://graph.invalid      | name not found: graph.invalid
        """)
    void reportsWhyGraphCannotBeReached(URI root, String words) {
        GraphUpstream upstream = fixture.upstream(root, null, Duration.ofSeconds(10));

        Response response = GraphFixture.send(upstream, out -> out.write(SMALL.getBytes(ISO_8859_1)));

        assertThat(response.step()).isEqualTo(Step.CONNECT);
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.reply().text()).startsWith(words.strip());
        assertThat(upstream.check().optionalFailure().orElseThrow().step()).isEqualTo(Step.CONNECT);
    }

    @Test
    void reportsUnacceptableContent() {
        Reply reply = Reply.of(554, "5.6.3", "binary");

        Response unacceptable = fixture.send(_ -> {
            throw new UnacceptableContentException(reply);
        });
        Response unreadable = fixture.send(_ -> {
            throw new IOException("disk");
        });

        assertThat(unacceptable).isEqualTo(new Response(Step.CONTENT, reply, Origin.UNSUITABLE));
        assertThat(unreadable.reply().toString()).isEqualTo("451 4.3.0 the stored message cannot be read");
        assertThat(graph.asked()).isEmpty();
    }

    @Test
    void makesNoMoreThanFourRequestsAtOnce() {
        assertThat(fixture.upstream.connections()).isEqualTo(4);
    }

    @Test
    void isNamedAfterItsHost() {
        assertThat(fixture.upstream.name())
                .isEqualTo("127.0.0.1:" + graph.root().getPort());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
