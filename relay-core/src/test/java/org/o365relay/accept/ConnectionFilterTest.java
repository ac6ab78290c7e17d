package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.Network;

/// Connections that fail before their session begins, without a network.
class ConnectionFilterTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");

    @TempDir
    Path directory;

    private TestRelayFront front;

    @BeforeEach
    void start() throws Exception {
        front = TestRelayFront.in(directory);
    }

    @AfterEach
    void end() {
        front.close();
    }

    private ConnectionFilter filter() {
        ListenerSettings listener = new ListenerSettings(
                new Endpoint.Tcp(FrontSettings.DEFAULTS.address(), 25),
                ListenerTls.IMPLICIT,
                FrontSettings.DEFAULTS.trusted(),
                List.of(Network.parse("127.0.0.9").orElseThrow()));
        return new ConnectionFilter(
                listener,
                front.pipelines(),
                new ConnectionLimiter(10),
                new ConnectionLimiter(1),
                new DefaultChannelGroup(GlobalEventExecutor.INSTANCE),
                Duration.ofMinutes(1));
    }

    private static EmbeddedChannel fromProxy(ConnectionFilter filter) {
        return new EmbeddedChannel(filter) {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.9"), 4_000);
            }
        };
    }

    @Test
    void limitsConnectionsThatWaitForAProxyHeader() {
        ConnectionFilter filter = filter();
        EmbeddedChannel silent = fromProxy(filter);
        assertThat(silent.isOpen()).isTrue();
        assertThat(fromProxy(filter).isOpen()).as("one more than the limit").isFalse();
        var _ = silent.close();
        silent.runPendingTasks();

        EmbeddedChannel speaking = fromProxy(filter);
        assertThat(speaking.isOpen()).as("a pending connection was closed").isTrue();
        speaking.writeInbound(
                Unpooled.copiedBuffer("PROXY TCP4 127.0.0.2 127.0.0.1 4000 25\r\n", StandardCharsets.US_ASCII));
        EmbeddedChannel next = fromProxy(filter);
        assertThat(next.isOpen())
                .as("the first connection is no longer pending")
                .isTrue();
        speaking.finishAndReleaseAll();
        next.finishAndReleaseAll();
    }

    @Test
    void closesAConnectionWithoutARemoteAddress() {
        EmbeddedChannel channel = new EmbeddedChannel(filter());
        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.<Object>readOutbound()).isNull();
        assertThat(front.devices().records()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void closesAConnectionThatIsResetBeforeTheFirstOctet(int patience) {
        Client client = new Client(
                CLIENT, FrontSettings.DEFAULTS.policy(), front.devices().at(CLIENT), ListenerTls.OPTIONAL);
        EmbeddedChannel channel =
                new EmbeddedChannel(new TlsDetection(client, front.pipelines(), Duration.ofSeconds(patience)));
        channel.pipeline().fireExceptionCaught(new SocketException("Connection reset"));
        channel.checkException(); // throws any exception that no handler dealt with, of which the log would warn
        assertThat(channel.isOpen()).isFalse();
        channel.releaseOutbound();
    }
}
