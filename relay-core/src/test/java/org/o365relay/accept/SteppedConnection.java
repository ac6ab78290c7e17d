package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A client's connection without a socket: the test says what is in each packet, and how much time has passed.
final class SteppedConnection implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Line line;
    private final StringBuilder said = new StringBuilder();

    SteppedConnection(TestRelayFront front, FrontSettings settings) {
        InetAddress address = InetAddress.ofLiteral("127.0.0.1");
        Client client = new Client(address, settings.policy(), front.devices().at(address), ListenerTls.OFF);
        Session session = new Session(
                client,
                settings.accept(),
                new Users(null, InstantSource.fixed(TestRelayFront.NOW)),
                front.queue(),
                front.journal(),
                InstantSource.fixed(TestRelayFront.NOW));
        line = new Line(new SmtpConnection(session, settings.limits(), (_, _) -> {}));
    }

    void send(byte[] packet) {
        if (line.isOpen()) {
            line.writeInbound(Unpooled.wrappedBuffer(packet));
        }
    }

    void send(String packet) {
        send(packet.getBytes(StandardCharsets.ISO_8859_1));
    }

    void endInput() {
        line.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }

    void pass(Duration time) {
        line.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        line.runScheduledPendingTasks();
    }

    /// @return whether anything is still to be done at a later time
    boolean hasTasks() {
        return line.runScheduledPendingTasks() >= 0;
    }

    /// @return everything the server has said so far
    String said() {
        line.runPendingTasks();
        for (ByteBuf reply = line.readOutbound(); reply != null; reply = line.readOutbound()) {
            said.append(reply.toString(StandardCharsets.UTF_8));
            reply.release();
        }
        return said.toString();
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

    private static final class Line extends EmbeddedChannel implements DuplexChannel {

        private boolean outputShutdown;

        Line(SmtpConnection connection) {
            freezeTime();
            pipeline().addLast(connection);
            pipeline().fireChannelActive();
        }

        @Override
        public boolean isInputShutdown() {
            return false;
        }

        @Override
        public boolean isOutputShutdown() {
            return outputShutdown;
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public ChannelFuture shutdownInput() {
            return newSucceededFuture();
        }

        @Override
        public ChannelFuture shutdownInput(ChannelPromise promise) {
            return promise.setSuccess();
        }

        @Override
        public ChannelFuture shutdownOutput() {
            outputShutdown = true;
            return newSucceededFuture();
        }

        @Override
        public ChannelFuture shutdownOutput(ChannelPromise promise) {
            outputShutdown = true;
            return promise.setSuccess();
        }

        @Override
        public ChannelFuture shutdown() {
            return shutdownOutput();
        }

        @Override
        public ChannelFuture shutdown(ChannelPromise promise) {
            return shutdownOutput(promise);
        }
    }
}
