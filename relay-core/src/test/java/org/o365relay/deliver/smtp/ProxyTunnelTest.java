package org.o365relay.deliver.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.smtp.FakeProxy.Packets;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Lookup;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings.Login;
import org.o365relay.net.HttpSettings.Proxy;

/// Connections through an HTTP or SOCKS5 proxy on a real socket.
class ProxyTunnelTest extends SubmissionTest {

    private static final Login LOGIN = new Login("relay", new Secret("Pröxy-s3cret"));
    private static final String PAIR = "relay:Pröxy-s3cret";

    private SmtpUpstreamSettings through(
            FakeProxy proxy, SmtpProxy.Type type, @Nullable Login login, Tls tls, String host) {
        return through(new SmtpProxy(type, new Proxy("127.0.0.1", proxy.port(), login)), tls, host);
    }

    private static SmtpUpstreamSettings through(SmtpProxy proxy, Tls tls, String host) {
        Path trusted = localhost.pem();
        return new SmtpUpstreamSettings(
                host,
                587,
                tls,
                trusted,
                2,
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                "relay.example",
                Lookup.HOST,
                null,
                null,
                proxy);
    }

    private FakeProxy proxy(SmtpProxy.Type type) throws IOException {
        FakeProxy proxy = new FakeProxy(type, server.port());
        closing(proxy);
        return proxy;
    }

    private UpstreamCheck check(SmtpUpstreamSettings settings) {
        return upstream(settings, CREDENTIAL).check();
    }

    private static Response refusal(UpstreamCheck check) {
        return Objects.requireNonNull(check.failure(), "no failure");
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP, STARTTLS, ONE_EACH",
        "HTTP, STARTTLS, ONE_FOR_EACH_OCTET",
        "HTTP, STARTTLS, TOGETHER_WITH_THE_SERVER",
        "HTTP, IMPLICIT, ONE_EACH",
        "HTTP, IMPLICIT, ONE_FOR_EACH_OCTET",
        "SOCKS5, STARTTLS, ONE_EACH",
        "SOCKS5, STARTTLS, ONE_FOR_EACH_OCTET",
        "SOCKS5, STARTTLS, TOGETHER_WITH_THE_SERVER",
        "SOCKS5, IMPLICIT, ONE_EACH",
        "SOCKS5, IMPLICIT, ONE_FOR_EACH_OCTET"
    })
    void deliversThroughTheProxy(SmtpProxy.Type type, Tls tls, Packets packets) throws Exception {
        FakeProxy proxy = proxy(type).sending(packets);
        if (tls == Tls.IMPLICIT) {
            server.speakingTlsFromTheStart();
        }
        var responses = upstream(through(proxy, type, null, tls, "localhost"), CREDENTIAL)
                .attempt(message(TEXT, "a@x.example"));

        assertThat(responses.values())
                .extracting(response -> response.reply().code())
                .containsExactly(250);
        assertThat(responses.keySet()).extracting(Recipient::ordinal).containsExactly(0);
        assertThat(server.contents).hasSize(1);
        assertThat(proxy.asked)
                .containsExactly(
                        type == SmtpProxy.Type.HTTP
                                ? "CONNECT localhost:587 HTTP/1.1\r\nHost: localhost:587"
                                : "connect 3 localhost:587");
    }

    @ParameterizedTest
    @EnumSource(SmtpProxy.Type.class)
    void signsInToTheProxy(SmtpProxy.Type type) throws Exception {
        FakeProxy proxy = proxy(type).requiring(PAIR);
        UpstreamCheck check = check(through(proxy, type, LOGIN, Tls.STARTTLS, "localhost"));
        assertThat(check.failure()).isNull();
        assertThat(check.findings())
                .extracting(UpstreamCheck.Finding::detail)
                .startsWith(
                        "connected to the " + type + " proxy 127.0.0.1:" + proxy.port(),
                        "the proxy connected to localhost port 587");
    }

    /// The certificate must match the upstream's name, whatever the proxy is called.
    @ParameterizedTest
    @EnumSource(SmtpProxy.Type.class)
    void verifiesTheCertificateOfTheUpstream(SmtpProxy.Type type) throws Exception {
        FakeProxy proxy = proxy(type);
        Response response = refusal(check(through(proxy, type, null, Tls.STARTTLS, "smtp.office365.example")));
        assertThat(response.origin()).isEqualTo(Origin.TLS);
        assertThat(response.reply().text()).contains("smtp.office365.example");
        assertThat(proxy.asked)
                .as("the proxy looks up the name")
                .singleElement()
                .asString()
                .contains("smtp.office365.example");
        assertThat(server.commands).noneMatch(command -> command.startsWith("AUTH"));
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, connect 1 127.0.0.1:587", "::1, connect 4 0:0:0:0:0:0:0:1:587"})
    void namesAnAddressAsAnAddress(String host, String asked) throws Exception {
        FakeProxy proxy = proxy(SmtpProxy.Type.SOCKS5);
        check(through(proxy, SmtpProxy.Type.SOCKS5, null, Tls.STARTTLS, host));
        assertThat(proxy.asked).containsExactly(asked);
    }

    @Test
    void putsAnIpv6AddressInBrackets() throws Exception {
        FakeProxy proxy = proxy(SmtpProxy.Type.HTTP);
        check(through(proxy, SmtpProxy.Type.HTTP, null, Tls.STARTTLS, "::1"));
        assertThat(proxy.asked).containsExactly("CONNECT [::1]:587 HTTP/1.1\r\nHost: [::1]:587");
    }

    /// 5xx: the admin must act. 4xx: it is tried again soon.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        HTTP/1.1 403 Forbidden\\r\\nContent-Length: 9\\r\\n\\r\\nForbidden | 550 | refuses to connect to localhost:587: HTTP/1.1 403 Forbidden
        HTTP/1.0 405 Method Not Allowed\\r\\n\\r\\n  | 550 | refuses to connect to localhost:587: HTTP/1.0 405 Method Not Allowed
        HTTP/1.1 302\\r\\nLocation: http://portal/\\r\\n\\r\\n | 550 | refuses to connect to localhost:587: HTTP/1.1 302
        HTTP/1.1 407 Log in\\r\\n\\r\\n             | 550 | requires a login (HTTP 407), but none is configured
        HTTP/1.1 503 Service Unavailable\\r\\n\\r\\n | 451 | cannot connect to localhost:587: HTTP/1.1 503 Service Unavailable
        HTTP/1.1 504\\n\\n                         | 451 | cannot connect to localhost:587: HTTP/1.1 504
        220 mail.example ESMTP\\r\\n               | 550 | does not answer as an HTTP proxy; it sent: 2
        HTTP/1.1 200                               | 451 | closed the connection before it was connected to localhost:587
        HTTP/2 200\\r\\n\\r\\n                     | 550 | does not answer as an HTTP proxy; it sent: HTTP/2
        HTTP/1.1 OK\\r\\n\\r\\n                    | 550 | does not answer as an HTTP proxy; it sent: HTTP/1.1 OK
        """)
    void reportsWhatAnHttpProxyAnswers(String answer, int code, String text) throws Exception {
        String octets = answer.replace("\\r", "\r").replace("\\n", "\n");
        FakeProxy proxy = proxy(SmtpProxy.Type.HTTP).answering("reply", octets.getBytes(ISO_8859_1));
        assertFailure(refusal(check(through(proxy, SmtpProxy.Type.HTTP, null, Tls.STARTTLS, "localhost"))), code, text);
        assertThat(server.connections).hasValue(0);
    }

    @Test
    void skipsInterimResponses() throws Exception {
        FakeProxy proxy = proxy(SmtpProxy.Type.HTTP)
                .answering("reply", "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 403 No\r\n\r\n".getBytes(ISO_8859_1));
        assertFailure(
                refusal(check(through(proxy, SmtpProxy.Type.HTTP, null, Tls.STARTTLS, "localhost"))),
                550,
                "HTTP/1.1 403 No");
    }

    @Test
    void readsNoEndlessHeader() throws Exception {
        FakeProxy proxy = proxy(SmtpProxy.Type.HTTP)
                .answering("reply", ("HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(10_000)).getBytes(ISO_8859_1));
        assertFailure(
                refusal(check(through(proxy, SmtpProxy.Type.HTTP, null, Tls.STARTTLS, "localhost"))),
                550,
                "does not answer as an HTTP proxy");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        method | 05ff                 | 550 | requires a login, but none is configured
        method | 0504                 | 550 | does not answer as a SOCKS5 proxy (method 4)
        method | 0400                 | 550 | does not answer as a SOCKS5 proxy (octet 0x4)
        method | 05                   | 451 | closed the connection before it was connected to localhost:587
        method | 485454502f           | 550 | does not answer as a SOCKS5 proxy (octet 0x48)
        reply  | 05010001000000000000 | 451 | cannot connect to localhost:587: general failure
        reply  | 05020001000000000000 | 550 | refuses to connect to localhost:587: its rules do not allow it
        reply  | 05030001000000000000 | 451 | cannot connect to localhost:587: network unreachable
        reply  | 05040001000000000000 | 451 | cannot connect to localhost:587: host unreachable, or name not found
        reply  | 05050001000000000000 | 451 | cannot connect to localhost:587: connection refused
        reply  | 05060001000000000000 | 451 | cannot connect to localhost:587: timed out (TTL expired)
        reply  | 05070001000000000000 | 550 | refuses to connect to localhost:587: it does not support CONNECT
        reply  | 05080001000000000000 | 550 | refuses to connect to localhost:587: it does not support this kind of address
        reply  | 05630001000000000000 | 451 | cannot connect to localhost:587: unknown failure 99
        reply  | 0500000700           | 550 | does not answer as a SOCKS5 proxy (address type 7)
        reply  | 050000017f           | 451 | closed the connection before it was connected to localhost:587
        """)
    void reportsWhatASocksProxyAnswers(String question, String answer, int code, String text) throws Exception {
        FakeProxy proxy =
                proxy(SmtpProxy.Type.SOCKS5).answering(question, HexFormat.of().parseHex(answer));
        assertFailure(
                refusal(check(through(proxy, SmtpProxy.Type.SOCKS5, null, Tls.STARTTLS, "localhost"))), code, text);
        assertThat(server.connections).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({"HTTP, rejects the login of relay (HTTP 407)", "SOCKS5, rejects the login of relay"})
    void reportsARejectedLoginWithoutThePassword(SmtpProxy.Type type, String text) throws Exception {
        FakeProxy proxy = proxy(type).requiring("relay:other");
        Response response = refusal(check(through(proxy, type, LOGIN, Tls.STARTTLS, "localhost")));
        assertFailure(response, 550, text);
        assertThat(response.toString()).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource({"HTTP, HTTP/1.", "SOCKS5, ''"})
    void waitsNoLongerThanTheConnectTimeout(SmtpProxy.Type type, String beginning) throws Exception {
        FakeProxy proxy =
                proxy(type).answering(type == SmtpProxy.Type.HTTP ? "reply" : "method", beginning.getBytes(ISO_8859_1));
        proxy.thenSilent();
        assertFailure(
                refusal(check(through(proxy, type, null, Tls.STARTTLS, "localhost"))),
                451,
                "did not connect to localhost:587 in time");
    }

    @ParameterizedTest
    @EnumSource(SmtpProxy.Type.class)
    void reportsAProxyThatDoesNotRun(SmtpProxy.Type type) throws Exception {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        SmtpProxy none = new SmtpProxy(type, new Proxy("127.0.0.1", port, null));
        assertFailure(
                refusal(check(through(none, Tls.STARTTLS, "localhost"))),
                451,
                "cannot connect to the " + type + " proxy 127.0.0.1:" + port);
        SmtpProxy unknown = new SmtpProxy(type, new Proxy("proxy.invalid", port, null));
        assertFailure(
                refusal(check(through(unknown, Tls.STARTTLS, "localhost"))),
                451,
                "name of the " + type + " proxy proxy.invalid:" + port + " not found");
    }

    private static void assertFailure(Response response, int code, String text) {
        assertThat(response.origin()).isEqualTo(Origin.PROXY);
        assertThat(response.step()).isEqualTo(Step.PROXY);
        assertThat(response.reply().text()).contains(text).contains("proxy");
        assertThat(response.reply().code()).isEqualTo(code);
        Verdict verdict = new FailurePolicy(new EmailAddress("relay", "contoso.example")).judge(response, false);
        assertThat(verdict.isUpstreamFault()).as("no attempt of a message").isTrue();
        assertThat(verdict.scope() == Scope.UPSTREAM).as("blocks").isEqualTo(code == 550);
        assertThat(verdict.advice()).contains("upstream.proxy");
    }
}
