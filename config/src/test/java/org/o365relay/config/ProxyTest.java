package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.smtp.SmtpProxy;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings.Login;
import org.o365relay.net.HttpSettings.Proxy;

/// The proxy of an SMTP upstream.
class ProxyTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private static String conf(String... lines) {
        return """
            relay {
              hostname = relay.example
              trusted-networks = [ "192.168.10.0/24" ]
              mailboxes = [ { address = "relay@contoso.example", credential { password = geheim } } ]
            }
            """ + String.join("\n", lines) + "\n";
    }

    private @Nullable SmtpProxy proxy(String... lines) throws IOException {
        return ReadText.valid(directory, conf(lines)).settings().mailboxes().getFirst().upstreams().stream()
                .map(UpstreamSettings.Smtp.class::cast)
                .map(smtp -> smtp.upstream().proxy())
                .toList()
                .getFirst();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        host = proxy.example                          | HTTP   | 8080
        host = proxy.example, port = 3128             | HTTP   | 3128
        type = socks5, host = proxy.example           | SOCKS5 | 1080
        type = socks5, host = proxy.example, port = 9 | SOCKS5 | 9
        """)
    void readsTheProxyOfAnUpstream(String keys, SmtpProxy.Type type, int port) throws IOException {
        assertThat(proxy("relay.mailbox-defaults.upstream.proxy { " + keys + " }"))
                .isEqualTo(new SmtpProxy(type, new Proxy("proxy.example", port, null)));
    }

    @Test
    void readsTheLoginFromAFile() throws IOException {
        Path file = Files.writeString(directory.resolve("proxy-password"), "geheim\n");
        assertThat(proxy("relay.mailbox-defaults.upstream.proxy { type = socks5, host = proxy.example,"
                        + " username = relay, password-file = proxy-password }"))
                .isEqualTo(new SmtpProxy(
                        SmtpProxy.Type.SOCKS5,
                        new Proxy("proxy.example", 1080, new Login("relay", Secret.inFile(file)))));
    }

    /// Neither the proxy for HTTPS nor the environment changes how SMTP connects.
    @Test
    void usesTheProxyOfHttpsOnlyOnRequest() throws IOException {
        String https = "relay.http.proxy { host = proxy.example, port = 3128, username = u, password = p }";
        assertThat(proxy(https)).isNull();
        assertThat(proxy(https, "relay.mailbox-defaults.upstream.proxy = ${relay.http.proxy}"))
                .isEqualTo(new SmtpProxy(
                        SmtpProxy.Type.HTTP, new Proxy("proxy.example", 3128, new Login("u", new Secret("p")))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        type = socks4, host = x.example          | proxy.type: "socks4" is not known; did you mean socks5?
        host = "a b"                             | proxy.host
        host = x.example, port = 0               | proxy.port
        host = x.example, username = u           | proxy.password: is missing
        host = x.example, password = p           | proxy.username: is missing; username and password belong together
        username = u, password = p               | proxy.host: is missing; set the host of the proxy, or remove the login
        port = 8080                              | proxy.host: is missing; set the host of the proxy, or remove its type and port
        type = socks5                            | proxy.host: is missing; set the host of the proxy, or remove its type and port
        host = x.example, username = "a:b", password = p | proxy.username: contains a colon
        type = socks5, host = x.example, username = LONG, password = p | proxy.username: is longer than 255 bytes
        type = socks5, host = x.example, username = u, password = LONG | proxy.password: is longer than 255 bytes
        hots = x.example                         | did you mean host?
        """)
    void reportsInvalidKeys(String keys, String problem) throws IOException {
        String written = keys.replace("LONG", "ä".repeat(128));
        assertThat(ReadText.problems(directory, conf("relay.mailbox-defaults.upstream.proxy { " + written + " }")))
                .anySatisfy(line -> assertThat(line).contains(problem).doesNotContain("ä"));
    }

    @Test
    void reportsThePortOfTheProxyForHttpsWithoutItsHost() throws IOException {
        assertThat(ReadText.problems(directory, conf("relay.http.proxy.port = 3128")))
                .anySatisfy(line -> assertThat(line).contains("relay.http.proxy.host: is missing; set the host"));
    }

    /// SOCKS5 has no reserved characters.
    @Test
    void acceptsAColonInTheUserNameForSocks() throws IOException {
        String keys = "type = socks5, host = x.example, username = \"a:b\", password = p";
        assertThat(proxy("relay.mailbox-defaults.upstream.proxy { " + keys + " }"))
                .isEqualTo(new SmtpProxy(
                        SmtpProxy.Type.SOCKS5, new Proxy("x.example", 1080, new Login("a:b", new Secret("p")))));
    }

    /// Through a proxy, localhost is the machine of the proxy.
    @Test
    void sendsNoPasswordToLocalhostThroughAProxyInPlainText() throws IOException {
        String server = "relay.mailbox-defaults.upstream { host = localhost, tls = none }";
        ReadText.valid(directory, conf(server));
        assertThat(ReadText.problems(
                        directory, conf(server, "relay.mailbox-defaults.upstream.proxy.host = proxy.example")))
                .anySatisfy(line -> assertThat(line).contains("none would send the password to localhost unencrypted"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        host = mail.example                                 | upstream.example
        host = mail.example, proxy = null                   | -
        host = mail.example, proxy { host = other.example } | other.example
        """)
    void usesTheProxyOfUpstreamForFallbacksWithoutTheirOwn(String fallback, @Nullable String host) throws IOException {
        String text = conf(
                "relay.mailbox-defaults.upstream.proxy.host = upstream.example",
                "relay.mailbox-defaults.fallback = [ { " + fallback + " } ]");
        UpstreamSettings second = ReadText.valid(directory, text)
                .settings()
                .mailboxes()
                .getFirst()
                .upstreams()
                .getLast();
        assertThat(second)
                .isInstanceOfSatisfying(
                        UpstreamSettings.Smtp.class,
                        smtp -> assertThat(smtp.upstream().proxy())
                                .isEqualTo(
                                        host == null
                                                ? null
                                                : new SmtpProxy(SmtpProxy.Type.HTTP, new Proxy(host, 8080, null))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        preset = graph     |                    | proxy.host = x.example | 1
        preset = graph     | proxy.host = y.example |                    | 1
        preset = office365 | proxy.host = y.example |                    | 1
        preset = office365 |                    | proxy.host = x.example | 0
        """)
    void warnsOnlyOfAProxyThatNothingUses(String first, @Nullable String fallback, @Nullable String proxy, int warnings)
            throws IOException {
        String text = conf("""
            relay.mailbox-defaults { upstream { %s, %s }, fallback = [ { preset = graph, %s } ], credential {
              type = client-secret, tenant = contoso.example, client-secret = s
              client-id = "b3f1c6b2-0000-4000-8000-000000000001" } }
            """.formatted(
                                first, proxy == null ? "scope = s" : proxy, fallback == null ? "scope = s" : fallback))
                .replace(", credential { password = geheim }", "");
        assertThat(ReadText.warnings(directory, text).stream()
                        .filter(line -> line.contains("proxy: is not used with preset = graph")))
                .hasSize(warnings);
    }

    @Test
    void doesNotWarnOfTheProxyOfGraphThatAFallbackUses() throws IOException {
        String graph = """
            relay.mailbox-defaults { upstream { preset = graph, proxy.host = x.example }, credential {
              type = client-secret, tenant = contoso.example, client-secret = s
              client-id = "b3f1c6b2-0000-4000-8000-000000000001" }, fallback = [ { preset = office365 } ] }
            """;
        String text = conf(graph).replace(", credential { password = geheim }", "");
        assertThat(ReadText.warnings(directory, text))
                .noneSatisfy(line -> assertThat(line).contains("proxy"));
    }

    @Test
    void warnsThatGraphDoesNotUseIt() throws IOException {
        String graph = """
            relay.mailbox-defaults { upstream { preset = graph, proxy.host = x.example }, credential {
              type = client-secret, tenant = contoso.example, client-secret = s
              client-id = "b3f1c6b2-0000-4000-8000-000000000001" } }
            """;
        String text = conf(graph).replace(", credential { password = geheim }", "");
        assertThat(ReadText.warnings(directory, text))
                .anySatisfy(line -> assertThat(line)
                        .contains(
                                "upstream.proxy: is not used with preset = graph; remove it (settings for HTTPS are"));
    }
}
