package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
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

/// TLS 1.0 and 1.1, only for networks that enable them. They stay disabled in this process; child processes use
/// them.
@Timeout(120)
class OldTlsTest {

    private static final String OLD_DEVICE = "127.0.0.2";
    private static final String OTHER_DEVICE = "127.0.0.1";

    private static final Map<Algorithm, Pair> PAIRS = new EnumMap<>(Algorithm.class);

    @TempDir
    static Path directory;

    /// A relay with a certificate of its own, and a device that trusts it.
    private record Pair(Path directory, ChildJvm relay, int port, ChildJvm device, Map<String, Integer> counted) {

        String handshake(String address, String terms) throws Exception {
            device.tell(port + " " + address + " " + terms);
            return device.awaitLine("RESULT ");
        }

        /// @return how often the deviation was counted since the last call
        int old(String address) throws Exception {
            relay.tell(address.equals(OLD_DEVICE) ? "o" : "n");
            int count = Integer.parseInt(relay.awaitLine(address.equals(OLD_DEVICE) ? "OLD " : "REFUSED "));
            Integer before = counted.put(address, count);
            return count - (before == null ? 0 : before);
        }

        /// @return an address that was not rejected before: further rejections of an address are not logged for
        ///     a minute
        String otherAddress() {
            return "127.0.1." + counted.merge("addresses", 1, Integer::sum);
        }

        /// @return the reply to the next rejected connection
        String nextRejection() throws Exception {
            relay.tell("l");
            return relay.awaitLine("LAST ");
        }
    }

    private static Pair pair(Algorithm algorithm) throws Exception {
        Pair known = PAIRS.get(algorithm);
        if (known != null) {
            if (known.counted().containsKey(OLD_DEVICE)) {
                known.old(OLD_DEVICE);
            }
            return known;
        }
        Path own = Files.createDirectory(directory.resolve(algorithm.name()));
        RelayCertificate.fresh(algorithm).in(own);
        ChildJvm relay = ChildJvm.start(own, ChildRelay.class, own.toString(), "old-tls");
        ChildJvm device = ChildJvm.start(own, OldDevice.class, own.toString());
        int port = IdleCrowdTest.address(relay.awaitLine("LISTENING ")).getPort();
        Pair started = new Pair(own, relay, port, device, new HashMap<>());
        PAIRS.put(algorithm, started);
        return started;
    }

    @AfterAll
    static void stop() {
        PAIRS.values().forEach(pair -> {
            pair.device().close();
            pair.relay().close();
        });
        PAIRS.clear();
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"rsa2048", "ecp256"})
    void allowsOldTlsOnlyForNetworksThatEnableIt(Algorithm algorithm) throws Exception {
        Pair pair = pair(algorithm);
        for (String version : new String[] {"TLSv1", "TLSv1.1"}) {
            assertThat(pair.handshake(OLD_DEVICE, version)).isEqualTo(version + " 220");
        }
        assertThat(pair.old(OLD_DEVICE)).isEqualTo(2);
        assertThat(pair.handshake(OTHER_DEVICE, "TLSv1")).contains("SSLHandshakeException");
        assertThat(pair.nextRejection()).contains("signature: it supports at most TLS 1.0 (");
        assertThat(pair.handshake(OTHER_DEVICE, "TLSv1.2")).isEqualTo("TLSv1.2 220");
        assertThat(pair.old(OTHER_DEVICE)).isEqualTo(1);
        assertThat(pair.handshake(OLD_DEVICE, "TLSv1.2")).isEqualTo("TLSv1.2 220");
        assertThat(pair.old(OLD_DEVICE)).isZero();
    }

    /// The first column has a cipher of TLS 1.2 and, if only one is accepted, the signature scheme.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        rsa2048 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 rsa_pkcs1_sha1 | accepts only signatures with SHA-1
        rsa2048 | TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 rsa_pkcs1_sha1   | accepts only signatures with SHA-1
        rsa2048 | SSL_RSA_WITH_3DES_EDE_CBC_SHA                        | supports only ciphers with RSA key exchange or 3DES
        rsa2048 | TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA rsa_pkcs1_sha1   | supports only ciphers with RSA key exchange or 3DES
        rsa2048 | TLS_RSA_WITH_AES_256_GCM_SHA384 rsa_pkcs1_sha1       | supports only ciphers with RSA key exchange or 3DES
        ecp256  | TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA ecdsa_sha1      | accepts only signatures with SHA-1
        ecp256  | TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA                | supports only ciphers with RSA key exchange or 3DES
        """)
    void allowsOldCiphersAndSignaturesOfTls12OnlyForNetworksThatEnableOldTls(
            Algorithm algorithm, String terms, String reason) throws Exception {
        Pair pair = pair(algorithm);
        assertThat(pair.handshake(OLD_DEVICE, "TLSv1.2 " + terms)).isEqualTo("TLSv1.2 220");
        assertThat(pair.old(OLD_DEVICE)).isEqualTo(1);
        assertThat(pair.handshake(pair.otherAddress(), "TLSv1.2 " + terms)).contains("SSLHandshakeException");
        assertThat(pair.nextRejection())
                .contains("signature: it " + reason + " (", "; update the device, or set old-tls for it");
    }

    /// Such a device accepts only SHA-1 (RFC 5246 §7.4.1.4.1).
    @Test
    void acceptsADeviceThatListsNoSignatureSchemes() throws Exception {
        Pair pair = pair(Algorithm.rsa2048);
        try (ChildJvm device = ChildJvm.start(
                pair.directory(), OldDevice.class, pair.directory().toString(), "none")) {
            device.tell(pair.port() + " " + OLD_DEVICE + " TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
            assertThat(device.awaitLine("RESULT ")).isEqualTo("TLSv1.2 220");
            assertThat(pair.old(OLD_DEVICE)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        rsa2048 | true      | TLSv1.2 SSL_RSA_WITH_RC4_128_SHA                  | supports only ciphers that the relay never allows, such as RC4 or DES
        rsa2048 | false     | TLSv1.2 SSL_RSA_WITH_RC4_128_SHA                  | supports only ciphers that the relay never allows, such as RC4 or DES
        ecp256  | true      | TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA              | needs a certificate with an RSA key; the key of the relay's certificate is EC
        rsa2048 | false     | TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256   | needs a certificate with an EC key; the key of the relay's certificate is RSA
        """)
    void namesWhatOldTlsCannotAllow(Algorithm algorithm, boolean old, String terms, String reason) throws Exception {
        Pair pair = pair(algorithm);
        assertThat(pair.handshake(old ? OLD_DEVICE : pair.otherAddress(), terms))
                .contains("SSLHandshakeException");
        assertThat(pair.nextRejection())
                .contains("signature: it " + reason + " (")
                .doesNotContain("set old-tls");
        if (old) {
            assertThat(pair.old(OLD_DEVICE)).isPositive();
        }
    }

    /// Old TLS is enabled for devices in the same process.
    @Test
    void neverUsesOldTlsUpstream() throws Exception {
        try (ChildJvm relay = ChildJvm.start(directory, OldUpstream.class, directory.toString())) {
            for (String refused : new String[] {
                "TLSv1 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                "TLSv1.1 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                "TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA",
                "TLSv1.2 TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
                "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 rsa_pkcs1_sha1"
            }) {
                relay.tell(refused);
                assertThat(relay.awaitLine("RESULT ")).as(refused).contains("SSLHandshakeException");
            }
            for (String accepted : new String[] {
                "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 rsa_pkcs1_sha256"
            }) {
                relay.tell(accepted);
                assertThat(relay.awaitLine("RESULT ")).as(accepted).isEqualTo("TLSv1.2");
            }
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
                            "supports no allowed TLS version, cipher or signature: it supports at most TLS 1.1 (",
                            "set old-tls for it in relay.trusted-networks");
            assertThat(relay.deviations(OTHER_DEVICE, Deviation.OLD_TLS)).isOne();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        SSLv3, TLSv1, TLSv1.1, RC4, TLS_RSA_*, EC keySize < 224 | SSLv3, RC4, EC keySize < 224
        RC4, 3DES_EDE_CBC, rsa_pkcs1_sha1 usage HandshakeSignature, dsa_sha1 usage HandshakeSignature | RC4, dsa_sha1 usage HandshakeSignature
        SSLv3,TLSv1,anon                                        | SSLv3, anon
        SSLv3                                                   | SSLv3
        """)
    void enablesOnlyOldVersionsAndTheirCiphers(String disabled, String left) {
        assertThat(OldTls.without(disabled)).isEqualTo(left);
    }
}
