package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Polling;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.accept.tls.RelayCertificate;
import org.o365relay.mail.Deviation;
import org.o365relay.queue.jdbc.ChildJvm;

/// Devices that use TLS, whether or not the listener expects it.
@Timeout(60)
class TlsTest {

    private static final String HERE = "127.0.0.1";

    private final RelayCertificate certificate = RelayCertificate.fresh(Algorithm.ecp256);

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(
            value = ListenerTls.class,
            names = {"OPTIONAL", "REQUIRED"})
    void acceptsAMessageAfterStartTls(ListenerTls mode) throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory);
                TlsClient client = new TlsClient(relay.listen(mode), certificate)) {
            client.startTls().sendMessage();
            assertThat(client.version()).isEqualTo("TLSv1.3");
            client.say("QUIT", "221 ");
            assertThat(client.read()).isEqualTo(-1);
            assertThat(relay.claims()).hasSize(1);
            assertThat(relay.record(HERE).deviations())
                    .doesNotContainKeys(
                            Deviation.PIPELINED_STARTTLS, Deviation.OLD_TLS, Deviation.TLS_ON_PLAINTEXT_PORT);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"rsa2048", "ecp256", "ed25519"})
    void acceptsAMessageOnAListenerWithImplicitTls(Algorithm algorithm) throws Exception {
        RelayCertificate own = RelayCertificate.fresh(algorithm);
        try (OpenRelay relay = OpenRelay.with(own.in(directory), directory);
                TlsClient client = new TlsClient(relay.listen(ListenerTls.IMPLICIT), own)) {
            client.handshake();
            client.expect("220 ");
            client.sendMessage();
            assertThat(relay.claims()).hasSize(1);
        }
    }

    @Test
    void acceptsALargeMessageOverTls() throws Exception {
        String line = "x".repeat(998) + "\r\n";
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory);
                TlsClient client = new TlsClient(relay.listen(ListenerTls.IMPLICIT), certificate)) {
            client.handshake();
            client.expect("220 ");
            client.say("EHLO me", "250");
            client.say("MAIL FROM:<a@device.test>", "250 ");
            client.say("RCPT TO:<b@contoso.test>", "250 ");
            client.say("DATA", "354 ");
            client.send(line.repeat(5_000));
            client.say(".", "250 ");
            assertThat(relay.claims())
                    .singleElement()
                    .satisfies(claim -> assertThat(claim.size()).isEqualTo(5_000_000));
        }
    }

    @Test
    void acceptsTls12FromClientsThatSupportNothingNewer() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory);
                TlsClient client = new TlsClient(relay.listen(ListenerTls.IMPLICIT), certificate)) {
            assertThat(client.handshake("TLSv1.2").version()).isEqualTo("TLSv1.2");
            client.expect("220 ");
        }
    }

    // RFC 8446 §6.1
    @Test
    void repliesToAClientThatEndsTlsAfterTheFinalDot() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory);
                TlsClient client = new TlsClient(relay.listen(ListenerTls.OPTIONAL), certificate)) {
            client.startTls();
            client.say("EHLO printer", "250");
            client.say("MAIL FROM:<scan@device.test>", "250 ");
            client.say("RCPT TO:<boss@contoso.test>", "250 ");
            client.say("DATA", "354 ");
            client.send("hello\r\n.\r\n");
            client.endTls();
            client.expect("250 2.0.0 Queued as ");
            assertThat(client.read()).isEqualTo(-1);
            assertThat(relay.claims()).hasSize(1);
        }
    }

    @Test
    void closesImmediatelyWhenAClientEndsTlsBetweenMessages() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory);
                TlsClient client = new TlsClient(relay.listen(ListenerTls.IMPLICIT), certificate)) {
            client.handshake().expect("220 ");
            client.endTls();
            assertThat(client.read()).isEqualTo(-1);
        }
    }

    @Test
    void discardsPlainTextSentAfterStartTls() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory);
                TlsClient client = new TlsClient(relay.listen(ListenerTls.OPTIONAL), certificate)) {
            client.expect("220 ");
            client.say("EHLO me", "250");
            client.say("STARTTLS\r\nMAIL FROM:<injected@device.test>", "220 ");
            client.handshake();
            client.say("RCPT TO:<b@contoso.test>", "503 ");
            assertThat(relay.deviations(HERE, Deviation.PIPELINED_STARTTLS)).isOne();
        }
    }

    @Test
    void resetsTheSessionAfterStartTls() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory);
                TlsClient client = new TlsClient(relay.listen(ListenerTls.OPTIONAL), certificate)) {
            client.expect("220 ");
            client.say("EHLO me", "250");
            client.say("MAIL FROM:<a@device.test>", "250 ");
            client.say("STARTTLS", "220 ");
            client.handshake();
            client.say("RCPT TO:<b@contoso.test>", "503 ");
            client.sendMessage();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ListenerTls.class,
            names = {"OPTIONAL", "REQUIRED"})
    void detectsTlsOnAPlainTextPort(ListenerTls mode) throws Exception {
        // a slow client: the first octet of its handshake arrives after the usual delay of the greeting
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory, Duration.ofSeconds(5)), directory)) {
            InetSocketAddress port = relay.listen(mode);
            for (int i = 1; i <= 2; i++) {
                try (TlsClient client = new TlsClient(port, certificate)) {
                    client.handshake();
                    client.expect("220 ");
                    client.sendMessage();
                    assertThat(relay.deviations(HERE, Deviation.TLS_ON_PLAINTEXT_PORT))
                            .isEqualTo(i);
                }
            }
        }
    }

    @Test
    void delaysTheGreetingAfterALateHandshake() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory, Duration.ofMillis(1)), directory)) {
            InetSocketAddress port = relay.listen(ListenerTls.OPTIONAL);
            sendClientHelloTooLate(relay, port);
            assertThat(relay.journal().rejected().getFirst().reply().text()).contains("relay.tls.detection-timeout");
            try (TlsClient again = new TlsClient(port, certificate)) {
                assertThat(again.handshake().version()).isEqualTo("TLSv1.3");
                again.expect("220 ");
            }
        }
    }

    @Test
    void doesNotDelayTheGreetingAfterATimelyHandshake() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory, Duration.ofSeconds(1)), directory)) {
            InetSocketAddress port = relay.listen(ListenerTls.OPTIONAL);
            try (TlsClient inTime = new TlsClient(port, certificate)) {
                inTime.handshake();
                inTime.expect("220 ");
            }
            assertThat(waitForGreeting(port)).isLessThan(TlsDetection.LATE_CLIENT_DELAY);
        }
    }

    @Test
    void endsTheLongerDelayAfterAPlainTextClient() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory, Duration.ofMillis(1)), directory)) {
            InetSocketAddress port = relay.listen(ListenerTls.OPTIONAL);
            sendClientHelloTooLate(relay, port);
            try (TlsClient plain = new TlsClient(port, certificate)) {
                plain.send("HELO plc\r\n");
                plain.expect("220 ");
                plain.expect("250 ");
            }
            assertThat(waitForGreeting(port)).isLessThan(TlsDetection.LATE_CLIENT_DELAY);
        }
    }

    private void sendClientHelloTooLate(OpenRelay relay, InetSocketAddress port) throws Exception {
        try (TlsClient tooLate = new TlsClient(port, certificate)) {
            tooLate.expect("220 ");
            assertThatThrownBy(tooLate::handshake).isInstanceOf(IOException.class);
        }
        relay.journal().awaitRejected(1);
        assertThat(relay.deviations(HERE, Deviation.TLS_ON_PLAINTEXT_PORT)).isOne();
    }

    private Duration waitForGreeting(InetSocketAddress port) throws IOException {
        long start = System.nanoTime();
        try (TlsClient client = new TlsClient(port, certificate)) {
            client.expect("220 ");
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void rejectsRenegotiation() throws Exception {
        certificate.in(directory);
        // in a process that has not made a handshake before
        try (ChildJvm relay = ChildJvm.start(directory, ChildRelay.class, directory.toString(), "old-tls");
                TlsClient client = new TlsClient(IdleCrowdTest.address(relay.awaitLine("LISTENING ")), certificate)) {
            assertThat(client.handshake("TLSv1.2").version()).isEqualTo("TLSv1.2");
            client.expect("220 ");
            client.say("HELO plc", "250 ");
            assertThatThrownBy(() -> {
                        client.handshakeAgain();
                        client.say("NOOP", "250 ");
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 50})
    void greetsAClientThatWaitsForTheGreeting(long detection) throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory, Duration.ofMillis(detection)), directory);
                TlsClient client = new TlsClient(relay.listen(ListenerTls.OPTIONAL), certificate)) {
            client.expect("220 ");
            client.sendMessage();
        }
    }

    @Test
    void greetsAClientThatSendsPlainTextFirst() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory, Duration.ofMinutes(5)), directory);
                TlsClient client = new TlsClient(relay.listen(ListenerTls.OPTIONAL), certificate)) {
            client.send("HELO plc\r\nMAIL FROM:<a@device.test>\r\n");
            client.expect("220 ");
            client.expect("250 ");
            client.expect("250 ");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ListenerTls.class,
            names = {"OPTIONAL", "OFF"})
    void closesTlsConnectionsIfTlsIsOff(ListenerTls mode) throws Exception {
        try (OpenRelay relay = mode == ListenerTls.OFF
                        ? OpenRelay.with(certificate.in(directory), directory)
                        : OpenRelay.plain(directory);
                TlsClient client = new TlsClient(relay.listen(mode), certificate)) {
            client.send(new byte[] {0x16, 3, 1, 2, 0, 1, 0});
            client.expect("220 ");
            assertThat(client.read()).isEqualTo(-1);
            assertThat(relay.deviations(HERE, Deviation.TLS_ON_PLAINTEXT_PORT)).isOne();
            assertThat(relay.record(HERE).rejections()).isOne();
            assertThat(relay.journal().rejected())
                    .singleElement()
                    .satisfies(rejected -> assertThat(rejected.reply().text())
                            .contains("set relay.tls.certificate, or turn off TLS on the device"));
        }
    }

    @Test
    void offersNoStartTlsWithoutACertificate() throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory);
                TlsClient client = new TlsClient(relay.listen(ListenerTls.OPTIONAL), certificate)) {
            client.expect("220 ");
            client.say("EHLO me", "250");
            client.say("STARTTLS", "50");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ListenerTls.class,
            names = {"REQUIRED", "IMPLICIT"})
    void doesNotListenWithTlsWithoutACertificate(ListenerTls mode) throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            assertThatThrownBy(() -> relay.listen(mode))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("set relay.tls.certificate and relay.tls.key");
        }
    }

    @Test
    void doesNotStartWithACertificateThatCannotBeUsed() throws Exception {
        CertificateFiles files = certificate.in(directory);
        Files.delete(files.key());
        assertThatThrownBy(() -> OpenRelay.with(files, directory))
                .isInstanceOf(ListenException.class)
                .hasMessageContainingAll("cannot enable TLS", files.key().toString(), "does not exist");
    }

    @Test
    void reloadsTheCertificateAndKeepsTheOldOneIfInvalid() throws Exception {
        CertificateFiles files = certificate.in(directory);
        RelayCertificate next = RelayCertificate.fresh(Algorithm.rsa2048);
        try (OpenRelay relay = OpenRelay.with(files, directory)) {
            InetSocketAddress port = relay.listen(ListenerTls.IMPLICIT);
            assertThat(shown(port, certificate)).isEqualTo(certificate.bundle().getCertificate());

            Files.writeString(files.certificate(), "half a certif");
            try (TlsClient during = new TlsClient(port, certificate)) {
                during.handshake(); // the file has changed, but its content is unusable
                next.write(files);
                Polling.until("the new certificate", () -> isShown(port, next));
                during.expect("220 ");
                during.sendMessage();
            }
        }
    }

    private static boolean isShown(InetSocketAddress port, RelayCertificate expected) throws IOException {
        try {
            return shown(port, expected).equals(expected.bundle().getCertificate());
        } catch (SSLException notYet) {
            return false;
        }
    }

    private static Object shown(InetSocketAddress port, RelayCertificate trusted) throws IOException {
        try (TlsClient client = new TlsClient(port, trusted)) {
            return client.handshake().certificate();
        }
    }

    @Test
    void reportsPlainTextOnAnImplicitTlsPort() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory);
                TlsClient client = new TlsClient(relay.listen(ListenerTls.IMPLICIT), certificate)) {
            client.send("EHLO printer\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(relay.journal().awaitRejected(1).getFirst().reply().text())
                    .contains("sends plain text to a port with implicit TLS");
            assertThat(relay.record(HERE).rejections()).isOne();
        }
    }

    @Test
    void reportsThatADeviceDoesNotTrustTheCertificate() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory);
                TlsClient client =
                        new TlsClient(relay.listen(ListenerTls.IMPLICIT), RelayCertificate.fresh(Algorithm.ecp256))) {
            assertThatThrownBy(() -> client.handshake("TLSv1.2")).isInstanceOf(SSLException.class);
            assertThat(relay.journal().awaitRejected(1).getFirst().reply().text())
                    .contains("does not trust the relay's certificate");
        }
    }

    @Test
    void doesNotWaitForAClientThatClosedItsOutput() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory, Duration.ofMinutes(5)), directory);
                DialogClient secure = new DialogClient(relay.listen(ListenerTls.IMPLICIT));
                DialogClient plain = new DialogClient(relay.listen(ListenerTls.OPTIONAL))) {
            secure.endOutput();
            secure.expectClosed();
            plain.endOutput();
            plain.expect("220 ");
            plain.expectClosed();
        }
    }

    @Test
    void doesNotReportADisconnectInTheHandshake() throws Exception {
        try (OpenRelay relay = OpenRelay.with(certificate.in(directory), directory)) {
            InetSocketAddress port = relay.listen(ListenerTls.IMPLICIT);
            new TlsClient(port, certificate).close();
            try (TlsClient next = new TlsClient(port, certificate)) {
                next.handshake();
                next.expect("220 ");
            }
            assertThat(relay.journal().rejected()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ListenerTls.class,
            names = {"IMPLICIT", "OPTIONAL"})
    void limitsTheDurationOfAHandshake(ListenerTls mode) throws Exception {
        AcceptSettings settings = OpenRelay.settings(certificate.in(directory), Duration.ofMillis(300));
        try (OpenRelay relay = new OpenRelay(directory, settings, Map.of());
                TlsClient client = new TlsClient(relay.listen(mode), certificate)) {
            // a record of 512 octets that are never sent
            client.send(new byte[] {0x16, 3, 1, 2, 0, 1, 0});
            assertThat(relay.journal().awaitRejected(1).getFirst().reply().text())
                    .contains("timed out (relay.limits.command-timeout)");
            assertThat(relay.deviations(HERE, Deviation.TIMEOUT)).isOne();
            assertThatThrownBy(() -> {
                        while (client.read() >= 0) {} // possibly an alert
                        throw new IOException("closed");
                    })
                    .isInstanceOf(IOException.class);
        }
    }
}
