package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.accept.tls.OldTls;
import org.o365relay.accept.tls.RelayCertificate;
import org.o365relay.mail.Deviation;
import org.o365relay.queue.jdbc.ChildJvm;

/// TLS 1.0 and 1.1: for networks that ask for them, and nobody else. This process stays one in which they are
/// disabled; those that speak them are children.
@Timeout(120)
class OldTlsTest {

    private static final String OLD_DEVICE = "127.0.0.2";
    private static final String OTHER_DEVICE = "127.0.0.1";

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"rsa2048", "ecp256"})
    void allowsOldTlsOnlyForNetworksThatEnableIt(Algorithm algorithm) throws Exception {
        RelayCertificate certificate = RelayCertificate.fresh(algorithm);
        certificate.in(directory);
        try (ChildJvm relay = ChildJvm.start(directory, ChildRelay.class, directory.toString(), "old-tls");
                ChildJvm device = ChildJvm.start(directory, OldDevice.class, directory.toString())) {
            InetSocketAddress port = IdleCrowdTest.address(relay.awaitLine("LISTENING "));
            for (String version : new String[] {"TLSv1", "TLSv1.1"}) {
                device.tell(port.getPort() + " " + OLD_DEVICE + " " + version);
                assertThat(device.awaitLine("RESULT ")).isEqualTo(version + " 220");
            }
            device.tell(port.getPort() + " " + OTHER_DEVICE + " TLSv1");
            assertThat(device.awaitLine("RESULT ")).contains("SSLHandshakeException");
            device.tell(port.getPort() + " " + OTHER_DEVICE + " TLSv1.2");
            assertThat(device.awaitLine("RESULT ")).isEqualTo("TLSv1.2 220");
            if (algorithm == Algorithm.rsa2048) {
                device.tell(port.getPort() + " " + OLD_DEVICE + " TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA");
                assertThat(device.awaitLine("RESULT ")).isEqualTo("TLSv1.2 220");
                device.tell(port.getPort() + " " + OTHER_DEVICE + " TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA");
                assertThat(device.awaitLine("RESULT ")).contains("SSLHandshakeException");
            }
            relay.tell("o");
            assertThat(relay.awaitLine("OLD ")).isEqualTo("2");
            relay.tell("n");
            assertThat(Integer.parseInt(relay.awaitLine("REFUSED "))).isPositive();
        }
    }

    /// In the process of a relay that speaks old TLS to devices.
    @Test
    void neverUsesOldTlsUpstream() throws Exception {
        try (ChildJvm relay = ChildJvm.start(directory, OldUpstream.class, directory.toString())) {
            for (String refused : new String[] {
                "TLSv1 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                "TLSv1.1 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                "TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA"
            }) {
                relay.tell(refused);
                assertThat(relay.awaitLine("RESULT ")).as(refused).contains("SSLHandshakeException");
            }
            relay.tell("TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");
            assertThat(relay.awaitLine("RESULT ")).isEqualTo("TLSv1.2");
        }
    }

    @Test
    void doesNotListenIfOldTlsIsEnabledButUnavailable() throws Exception {
        RelayCertificate certificate = RelayCertificate.fresh(Algorithm.ecp256);
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory)) {
            assertThatThrownBy(() -> relay.listen(ListenerTls.OPTIONAL, OpenRelay.trusting(true, "127.0.0.0/8")))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("old-tls of a trusted network has no effect");
        }
    }

    @Test
    void countsADeviceThatSupportsOnlyOldTls() throws Exception {
        RelayCertificate certificate = RelayCertificate.fresh(Algorithm.ecp256);
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory);
                ChildJvm device = ChildJvm.start(directory, OldDevice.class, directory.toString())) {
            int port = relay.listen(ListenerTls.IMPLICIT).getPort();
            device.tell(port + " " + OTHER_DEVICE + " TLSv1.1");
            assertThat(device.awaitLine("RESULT ")).contains("SSLHandshakeException");
            assertThat(relay.journal().awaitRejected(1).getFirst().reply().text())
                    .contains(
                            "supports no allowed TLS version or cipher",
                            "set old-tls for it in relay.trusted-networks");
            assertThat(relay.deviations(OTHER_DEVICE, Deviation.OLD_TLS)).isOne();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SSLv3, TLSv1, TLSv1.1, RC4, TLS_RSA_*, EC keySize < 224 | SSLv3, RC4, EC keySize < 224
            SSLv3,TLSv1,anon                                        | SSLv3, anon
            SSLv3                                                   | SSLv3
            """)
    void enablesOnlyOldVersionsAndTheirCiphers(String disabled, String left) {
        assertThat(OldTls.without(disabled)).isEqualTo(left);
    }
}
