package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.accept.tls.RelayCertificate;

/// What clients see when the relay stops.
@Timeout(30)
class StopTest {

    @TempDir
    Path directory;

    @Test
    void waitsForAMessageAndAcceptsNoNewConnections() throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient idle = front.connect();
                DialogClient sending = front.connect()) {
            idle.expect("220 ");
            sending.beginContent();
            sending.send("first half, ");
            Thread stop = Thread.startVirtualThread(front::stop);
            idle.expect("421 4.3.2 Service shutting down, try again later");
            idle.expectClosed();
            idle.hangUp();
            assertThatThrownBy(front::connect).isInstanceOf(ConnectException.class);

            sending.send("second half\r\n.\r\n");
            sending.expect("250 2.0.0 Queued as ");
            sending.expect("421 4.3.2 Service shutting down, try again later");
            sending.expectClosed();
            sending.hangUp();
            stop.join();
            assertThat(front.claims())
                    .singleElement()
                    .satisfies(claim ->
                            assertThat(front.content(claim)).asString().isEqualTo("first half, second half\r\n"));
        }
    }

    @Test
    void abortsATransactionBeforeItsContent() throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.expect("220 ");
            client.say("MAIL FROM:<a@device.test>", "250 ");
            client.say("RCPT TO:<b@contoso.test>", "250 ");
            Thread stop = Thread.startVirtualThread(front::stop);
            client.expect("421 4.3.2 ");
            client.expectClosed();
            client.hangUp();
            stop.join();
        }
    }

    @Test
    void doesNotWaitForAHandshakeThatDoesNotEnd() throws Exception {
        CertificateFiles files = RelayCertificate.fresh(Algorithm.ecp256).in(directory);
        AcceptSettings settings = OpenRelay.settings(files, Duration.ofMinutes(5));
        try (OpenRelay relay = new OpenRelay(directory, settings, Map.of());
                DialogClient client = new DialogClient(relay.listen(ListenerTls.OPTIONAL))) {
            client.expect("220 ");
            client.say("STARTTLS", "220 ");
            relay.stop(Duration.ofMinutes(5));
            assertThat(client.peek())
                    .as("a TLS alert, and nothing in plain text")
                    .isEqualTo(0x15);
        }
    }

    @Test
    void waitsForAMessageAtMostForTheGracePeriod() throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory);
                DialogClient client = front.connect()) {
            client.beginContent();
            client.send("x".repeat(300 * 1024));
            front.stop(Duration.ofMillis(100));
            client.expectClosed();
            assertThat(front.claims()).isEmpty();
        }
        try (TestRelayFront next = TestRelayFront.in(directory)) {
            assertThat(next.claims()).isEmpty();
            assertThat(next.rows("chunk")).isZero();
        }
    }
}
