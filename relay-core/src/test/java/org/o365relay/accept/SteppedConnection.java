package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.o365relay.accept.auth.Users;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.session.Session;
import org.o365relay.accept.session.SessionFactory;
import org.o365relay.accept.tls.ListenerTls;

/// A client's connection without a socket: the test determines each packet, and how much time passes.
public final class SteppedConnection implements AutoCloseable {

    private final SteppedLoop loop = new SteppedLoop();
    private final SteppedLine line;
    private final StringBuilder said = new StringBuilder();

    SteppedConnection(TestRelayFront front, FrontSettings settings) {
        this(front, settings, new Users(null, InstantSource.fixed(TestRelayFront.NOW)));
    }

    public SteppedConnection(TestRelayFront front, FrontSettings settings, Users users) {
        this(front, settings, users, ReceiveMemory.ofProcess());
    }

    SteppedConnection(TestRelayFront front, FrontSettings settings, Users users, ReceiveMemory memory) {
        InetAddress address = InetAddress.ofLiteral("127.0.0.1");
        Client client = new Client(address, settings.policy(), front.devices().at(address), ListenerTls.OFF);
        InstantSource clock = InstantSource.fixed(TestRelayFront.NOW);
        Session session = new SessionFactory(
                        settings.session(), users, front.queue().intake(), front.journal(), clock)
                .open(client);
        line = new SteppedLine(loop, new SmtpConnection(session, settings.limits(), (_, _) -> {}, memory));
    }

    public void disconnect() {
        var _ = line.close();
        loop.run();
    }

    void send(byte[] packet) {
        loop.run();
        if (line.isOpen()) {
            line.send(packet, 0, packet.length);
        }
    }

    public void send(String packet) {
        send(packet.getBytes(StandardCharsets.ISO_8859_1));
    }

    void endHandshake() {
        line.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
    }

    /// Sends TLS records that the server receives in one read.
    void sendRecords(String... records) {
        loop.run();
        line.sendRecords(Stream.of(records)
                .map(record -> record.getBytes(StandardCharsets.ISO_8859_1))
                .toArray(byte[][]::new));
    }

    public void endInput() {
        line.endInput();
    }

    void pass(Duration time) {
        loop.pass(time);
    }

    /// @return whether any task is left for a later time
    boolean hasTasks() {
        return loop.hasTasks();
    }

    /// @return everything that the server has sent so far
    public String said() {
        loop.run();
        return said.append(line.heard()).toString();
    }

    /// Waits until the server has sent this.
    void await(String text) {
        assertThat(loop.runUntil(() -> said().contains(text)))
                .as("\"%s\" in %s", text, said())
                .isTrue();
    }

    /// @return whether the server reads
    boolean isReading() {
        loop.run();
        return line.isReading();
    }

    /// Waits until the server reads.
    void awaitReading() {
        assertThat(loop.runUntil(line::isReading))
                .as("reading after %s", said())
                .isTrue();
    }

    /// Waits until the server ends the connection.
    public void awaitEnd() {
        assertThat(loop.runUntil(this::isEnded)).as("ended after %s", said()).isTrue();
    }

    public boolean isEnded() {
        said();
        return !line.isOpen() || line.isOutputShutdown();
    }

    @Override
    public void close() {
        line.finishAndReleaseAll();
    }
}
