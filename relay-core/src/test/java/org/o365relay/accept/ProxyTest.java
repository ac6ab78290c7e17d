package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.accept.tls.RelayCertificate;
import org.o365relay.admit.Network;
import org.o365relay.journal.Event.Rejected;

/// Connections through a proxy that names the client, and connections that only pretend to come from one.
@Timeout(60)
class ProxyTest {

    private static final String PROXY = "127.0.0.9";
    private static final String VERSION_2 = "0d0a0d0a000d0a515549540a";
    private static final String LOCAL = "20000000";

    /// TCP over IPv4, 12 octets: 10.1.2.3:4000 to 10.0.0.1:25
    private static final String FROM_IPV4 = "2111000c" + "0a010203" + "0a000001" + "0fa0" + "0019";

    /// TCP over IPv6, 36 octets: 2001:db8::7
    private static final String FROM_IPV6 =
            "21210024" + "20010db8000000000000000000000007" + "00000000000000000000000000000001" + "0fa0" + "0019";

    /// As FROM_IPV4, with 7 octets more: an extension (TLV) of type 4 (no operation) with 4 octets.
    private static final String WITH_EXTRAS = "21110013" + "0a010203" + "0a000001" + "0fa0" + "0019" + "04000400000000";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 10.1.2.3 10.0.0.1 4000 25, 10.1.2.3",
        "PROXY TCP6 2001:db8::7 2001:db8::1 4000 25, 2001:db8:0:0:0:0:0:7",
        "PROXY TCP6 ::ffff:10.1.2.3 ::1 4000 25, 10.1.2.3",
        "PROXY UNKNOWN, 127.0.0.9",
        "PROXY UNKNOWN 10.1.2.3 10.0.0.1 4000 25, 127.0.0.9"
    })
    void readsTheClientFromAVersion1Header(String header, String client) throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory);
                DialogClient proxy = proxy(open(relay))) {
            proxy.send(header + "\r\n");
            proxy.beginContent();
            proxy.say("hello\r\n.", "250 ");
            assertSent(relay, client);
        }
    }

    @ParameterizedTest
    @CsvSource({
        FROM_IPV4 + ", 10.1.2.3",
        FROM_IPV6 + ", 2001:db8:0:0:0:0:0:7",
        WITH_EXTRAS + ", 10.1.2.3",
        LOCAL + ", 127.0.0.9"
    })
    void readsTheClientFromAVersion2Header(String header, String client) throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory);
                DialogClient proxy = proxy(open(relay))) {
            proxy.send(HexFormat.of().parseHex(VERSION_2 + header));
            proxy.beginContent();
            proxy.say("hello\r\n.", "250 ");
            assertSent(relay, client);
        }
    }

    @Test
    void readsHeaderAndCommandsInAnySegments() throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory);
                DialogClient together = proxy(open(relay));
                DialogClient inPieces = proxy(open(relay))) {
            together.send("PROXY TCP4 10.1.2.3 10.0.0.1 4000 25\r\nHELO plc\r\nMAIL FROM:<a@device.test>\r\n");
            together.expect("220 ");
            together.expect("250 ");
            together.expect("250 ");
            for (byte octet : HexFormat.of().parseHex(VERSION_2 + FROM_IPV4)) {
                inPieces.send(new byte[] {octet});
            }
            inPieces.expect("220 ");
        }
    }

    @Test
    void appliesTheRulesToTheClientInsteadOfTheProxy() throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory);
                DialogClient proxy = proxy(open(relay))) {
            proxy.send("PROXY TCP4 192.0.2.66 10.0.0.1 4000 25\r\n");
            proxy.expect("554 5.7.1 192.0.2.66: Relay access denied");
            proxy.expectClosed();
            assertThat(relay.record("192.0.2.66").rejections()).isOne();
            assertThat(relay.journal().rejected())
                    .extracting(Rejected::client)
                    .containsExactly(InetAddress.ofLiteral("192.0.2.66"));
        }
    }

    @Test
    void countsTheConnectionsOfTheClientInsteadOfTheProxy() throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            InetSocketAddress port = relay.listen(
                    ListenerTls.OFF,
                    OpenRelay.trusting(false, 1, "10.0.0.0/8"),
                    Network.parse(PROXY).orElseThrow());
            try (DialogClient first = proxy(port);
                    DialogClient second = proxy(port);
                    DialogClient other = proxy(port)) {
                first.send("PROXY TCP4 10.1.2.3 10.0.0.1 4000 25\r\n");
                first.expect("220 ");
                second.send("PROXY TCP4 10.1.2.3 10.0.0.1 4001 25\r\n");
                second.expect("421 4.7.0 Too many connections from 10.1.2.3");
                other.send("PROXY TCP4 10.1.2.4 10.0.0.1 4002 25\r\n");
                other.expect("220 ");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EHLO printer.device.test\r\n",
                "PROXY TCP4 10.1.2.3\r\n",
                "PROXY TCP4 10.1.2.3.4 10.0.0.1 4000 25\r\n",
                "PROXY TCP4 printer.example 10.0.0.1 4000 25\r\n",
                "PROXY TCP6 fe80::1%nope 2001:db8::1 4000 25\r\n",
                "PROXY TCP6 fe80::1%lo 2001:db8::1 4000 25\r\nHELO plc\r\n",
                "PROXY TCP4 10.1.2.3 10.0.0.1 4000 99999\r\n",
                "PROXY TCP4 10.1.2.3 10.0.0.1 4000 25                                                                 "
                        + "                                                                                         \r\n"
            })
    void closesAProxyConnectionThatDoesNotBeginWithAHeader(String said) throws Exception {
        assertRefused(said.getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                VERSION_2 + "31110000", // an unknown version
                VERSION_2 + "2f110000", // an unknown command
                VERSION_2 + "21110004" + "0a010203", // half an address
            })
    void closesAConnectionWithAnInvalidVersion2Header(String header) throws Exception {
        assertRefused(HexFormat.of().parseHex(header));
    }

    private void assertRefused(byte[] said) throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory);
                DialogClient proxy = proxy(open(relay))) {
            proxy.send(said);
            proxy.expectGone();
            assertThat(relay.journal().awaitRejected(1)).singleElement().satisfies(rejected -> {
                assertThat(rejected.client()).isEqualTo(InetAddress.ofLiteral(PROXY));
                assertThat(rejected.reply().text()).contains("must begin with a PROXY protocol header");
            });
            assertThat(relay.record(PROXY).rejections()).isOne();
        }
    }

    @Test
    void closesAConnectionOfAProxyThatSendsNothing() throws Exception {
        AcceptSettings settings = OpenRelay.settings(null, Duration.ofMillis(200));
        try (OpenRelay relay = new OpenRelay(directory, settings, Map.of());
                DialogClient proxy = proxy(open(relay))) {
            proxy.expectClosed();
            assertThat(relay.journal().awaitRejected(1))
                    .singleElement()
                    .satisfies(
                            rejected -> assertThat(rejected.reply().text()).contains("relay.limits.command-timeout"));
        }
    }

    @Test
    void doesNotLogAProxyThatOnlyChecksWhetherThePortIsOpen() throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory);
                DialogClient proxy = proxy(open(relay))) {
            proxy.endOutput();
            proxy.expectClosed();
            assertThat(relay.journal().rejected()).isEmpty();
        }
    }

    @Test
    void treatsAHeaderFromAnyOtherClientAsABadCommand() throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory);
                DialogClient client = new DialogClient(open(relay), InetAddress.ofLiteral("127.0.0.2"))) {
            client.expect("220 ");
            client.say("PROXY TCP4 10.1.2.3 10.0.0.1 4000 25", "500 ");
            client.say("HELO me", "250 ");
            assertThat(relay.devices().records())
                    .extracting(device -> device.address().getHostAddress())
                    .containsExactly("127.0.0.2");
        }
    }

    @Test
    void startsTlsAfterTheHeader() throws Exception {
        RelayCertificate certificate = RelayCertificate.fresh(Algorithm.ecp256);
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory, Duration.ofSeconds(5)), directory)) {
            for (ListenerTls mode : new ListenerTls[] {ListenerTls.IMPLICIT, ListenerTls.OPTIONAL}) {
                InetSocketAddress port = relay.listen(
                        mode,
                        OpenRelay.trusting(false, "10.0.0.0/8"),
                        Network.parse(PROXY).orElseThrow());
                try (TlsClient proxy = new TlsClient(port, certificate, PROXY)) {
                    proxy.send("PROXY TCP4 10.1.2.3 10.0.0.1 4000 25\r\n");
                    proxy.handshake();
                    proxy.expect("220 ");
                    proxy.sendMessage();
                }
            }
            assertThat(relay.claims())
                    .hasSize(2)
                    .allSatisfy(
                            claim -> assertThat(claim.arrival().client()).isEqualTo(InetAddress.ofLiteral("10.1.2.3")));
        }
    }

    private static InetSocketAddress open(OpenRelay relay) throws ListenException {
        return relay.listen(
                ListenerTls.OPTIONAL,
                OpenRelay.trusting(false, "127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"),
                Network.parse(PROXY).orElseThrow());
    }

    private static DialogClient proxy(InetSocketAddress port) throws IOException {
        return new DialogClient(port, InetAddress.ofLiteral(PROXY));
    }

    private static void assertSent(OpenRelay relay, String client) {
        assertThat(relay.claims())
                .singleElement()
                .satisfies(claim ->
                        assertThat(claim.arrival().client().getHostAddress()).isEqualTo(client));
    }
}
