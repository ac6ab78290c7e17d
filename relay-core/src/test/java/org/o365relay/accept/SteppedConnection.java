package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.o365relay.accept.auth.Users;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.session.Session;
import org.o365relay.accept.session.SessionFactory;
import org.o365relay.accept.tls.ListenerTls;

/// A client's connection without a socket: the test says what is in each packet, and how much time has passed.
final class SteppedConnection implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final SteppedLoop loop = new SteppedLoop();
    private final SteppedLine line;
    private final StringBuilder said = new StringBuilder();

    SteppedConnection(TestRelayFront front, FrontSettings settings) {
        InetAddress address = InetAddress.ofLiteral("127.0.0.1");
        Client client = new Client(address, settings.policy(), front.devices().at(address), ListenerTls.OFF);
        Session session = new SessionFactory(
                        settings.session(),
                        new Users(null, InstantSource.fixed(TestRelayFront.NOW)),
                        front.queue().intake(),
                        front.journal(),
                        InstantSource.fixed(TestRelayFront.NOW))
                .open(client);
        line = new SteppedLine(loop, new SmtpConnection(session, settings.limits(), (_, _) -> {}));
    }

    void send(byte[] packet) {
        loop.run();
        if (line.isOpen()) {
            line.send(packet, 0, packet.length);
        }
    }

    void send(String packet) {
        send(packet.getBytes(StandardCharsets.ISO_8859_1));
    }

    void endInput() {
        line.endInput();
    }

    void pass(Duration time) {
        loop.pass(time);
    }

    /// @return whether anything is still to be done at a later time
    boolean hasTasks() {
        return loop.hasTasks();
    }

    /// @return everything the server has said so far
    String said() {
        loop.run();
        return said.append(line.heard()).toString();
    }

    /// Waits until the server has said this.
    void await(String text) {
        await(() -> said().contains(text));
        assertThat(said()).contains(text);
    }

    /// Waits until the server ends the connection.
    void awaitEnd() {
        await(this::isEnded);
        assertThat(isEnded()).as("ended after %s", said()).isTrue();
    }

    boolean isEnded() {
        said();
        return !line.isOpen() || line.isOutputShutdown();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        line.finishAndReleaseAll();
    }
}
