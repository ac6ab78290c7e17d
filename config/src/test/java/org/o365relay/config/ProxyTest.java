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
        hots = x.example                         | did you mean host?
        """)
    void reportsInvalidKeys(String keys, String problem) throws IOException {
        assertThat(ReadText.problems(directory, conf("relay.mailbox-defaults.upstream.proxy { " + keys + " }")))
                .anySatisfy(line -> assertThat(line).contains(problem));
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
