package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.o365relay.daemon.cli.CheckCommand;
import org.o365relay.daemon.cli.CommandLines;
import org.o365relay.deliver.smtp.FakeProxy;
import org.o365relay.deliver.smtp.SmtpProxy;

/// SMTP through a proxy, from the configuration file to the server: `check`, and a delivery.
@Timeout(60)
final class ProxiedUpstreamTest {

    private static final String PASSWORD = "pr0xy-geheim";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path office;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private RelayFixture relay;

    private final StringWriter out = new StringWriter();

    @BeforeEach
    void open() throws Exception {
        relay = new RelayFixture(directory, office);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    private FakeProxy proxy(SmtpProxy.Type type) throws Exception {
        return new FakeProxy(type, relay.office().address().getPort()).requiring("relay:" + PASSWORD);
    }

    private static String keys(SmtpProxy.Type type, int port, String password) {
        return "relay.mailbox-defaults.upstream.proxy { type = " + type.name().toLowerCase(Locale.ROOT)
                + ", host = 127.0.0.1, port = " + port + ", username = relay, password = \"" + password + "\" }";
    }

    private int check(String keys) throws Exception {
        ConfigText.write(directory, relay.office(), keys);
        return CommandLines.of(new CheckCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .execute("check", "--config", relay.configuration().toString());
    }

    @ParameterizedTest
    @EnumSource(SmtpProxy.Type.class)
    void checkShowsTheProxyAndTheServerBehindIt(SmtpProxy.Type type) throws Exception {
        try (FakeProxy proxy = proxy(type)) {
            assertThat(check(keys(type, proxy.port(), PASSWORD)))
                    .as(out.toString())
                    .isZero();
            assertThat(out.toString())
                    .containsPattern("✔ proxy +connected to the " + type + " proxy 127\\.0\\.0\\.1:" + proxy.port())
                    .containsPattern("✔ connect +the proxy connected to localhost port "
                            + relay.office().address().getPort())
                    .contains("✔ relay@contoso.example can send mail.")
                    .doesNotContain(PASSWORD);
        }
    }

    @ParameterizedTest
    @EnumSource(SmtpProxy.Type.class)
    void checkSaysWhatToDoIfTheProxyRejectsTheLogin(SmtpProxy.Type type) throws Exception {
        try (FakeProxy proxy = proxy(type)) {
            assertThat(check(keys(type, proxy.port(), "geheim-2"))).isEqualTo(69);
            assertThat(out.toString())
                    .containsPattern("✘ proxy +the " + type + " proxy 127\\.0\\.0\\.1:" + proxy.port()
                            + " rejects the login of relay")
                    .containsPattern("Check upstream\\.proxy of\\s+relay@contoso\\.example")
                    .doesNotContain("geheim-2");
        }
    }

    @ParameterizedTest
    @EnumSource(SmtpProxy.Type.class)
    void deliversThroughTheProxy(SmtpProxy.Type type) throws Exception {
        try (FakeProxy proxy = proxy(type)) {
            relay.start(keys(type, proxy.port(), PASSWORD));
            try (Device device = relay.device()) {
                device.send("through the proxy");
            }
            assertThat(relay.received(1).getFirst().subject()).isEqualTo("through the proxy");
            assertThat(proxy.asked).isNotEmpty();
        }
    }

    /// The mailbox is blocked with advice, and mail leaves when the proxy allows it.
    @Test
    void mailWaitsUntilTheProxyAcceptsTheLogin() throws Exception {
        try (FakeProxy proxy = proxy(SmtpProxy.Type.HTTP).requiring("relay:another")) {
            relay.start(keys(SmtpProxy.Type.HTTP, proxy.port(), PASSWORD));
            try (Device device = relay.device()) {
                device.send("waits");
            }
            assertThat(relay.journal().await("blocked", 1))
                    .singleElement()
                    .asString()
                    .contains("rejects the login of relay (HTTP 407)");
            proxy.requiring("relay:" + PASSWORD);
            relay.received(1);
            assertThat(relay.journal().await("delivered", 1).getFirst()).contains("attempt 1:");
        }
    }
}
