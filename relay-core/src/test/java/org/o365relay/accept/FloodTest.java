package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Polling;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.queue.jdbc.ChildJvm;

/// A client that connects as often as it can.
@Timeout(60)
class FloodTest {

    private static final InetAddress FLOODER = InetAddress.ofLiteral("127.0.0.66");
    private static final InetAddress STRANGER = InetAddress.ofLiteral("127.0.1.66");
    private static final int PROBES = 40;

    @TempDir
    Path directory;

    @Test
    void aFloodFromOneClientDoesNotDelayOthers() throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            InetSocketAddress port = relay.listen(ListenerTls.OFF, OpenRelay.trusting(false, 10, "127.0.0.0/24"));
            assertServed(relay, port, FLOODER);
            Polling.until("room again", () -> greeted(port, FLOODER));
        }
    }

    @Test
    void aFloodFromAnUntrustedClientDoesNotDelayOthers() throws Exception {
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            assertServed(relay, relay.listen(ListenerTls.OFF, OpenRelay.trusting(false, 10, "127.0.0.0/24")), STRANGER);
        }
    }

    @Test
    void acceptsConnectionsAgainAfterFileDescriptorsRanOut() throws Exception {
        List<String> frugal = List.of("bash", "-c", "ulimit -n 300 && exec \"$@\"", "frugal");
        List<Socket> crowd = new ArrayList<>();
        try (ChildJvm relay = ChildJvm.startBy(frugal, directory, ChildRelay.class, directory.toString(), "plain")) {
            InetSocketAddress port = IdleCrowdTest.address(relay.awaitLine("LISTENING "));
            for (int i = 0; i < 400; i++) {
                crowd.add(new Socket(port.getAddress(), port.getPort()));
            }
            assertThat(crowd.getFirst().getInputStream().read()).isEqualTo('2');
            crowd.getLast().setSoTimeout(500);
            assertThatThrownBy(() -> crowd.getLast().getInputStream().read())
                    .as("no file descriptor is left for the last connection")
                    .isInstanceOf(SocketTimeoutException.class);
            crowd.forEach(FloodTest::close);
            Polling.until("accepted again", () -> greeted(port, InetAddress.ofLiteral("127.0.0.2")));
        } finally {
            crowd.forEach(FloodTest::close);
        }
    }

    private static void assertServed(OpenRelay relay, InetSocketAddress port, InetAddress flooder) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch connections = new CountDownLatch(500);
        List<Thread> flood = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            flood.add(Thread.ofPlatform().start(() -> flood(port, flooder, over, connections)));
        }
        assertThat(connections.await(10, TimeUnit.SECONDS)).as("flood").isTrue();
        long[] nanos = new long[PROBES];
        for (int i = 0; i < PROBES; i++) {
            long start = System.nanoTime();
            assertThat(greeted(port, InetAddress.ofLiteral("127.0.0.2"))).isTrue();
            nanos[i] = System.nanoTime() - start;
        }
        over.set(true);
        for (Thread thread : flood) {
            thread.join();
        }
        Arrays.sort(nanos);
        // the flooding threads also take CPU time from this one, so only the median measures the relay
        assertThat(Duration.ofNanos(nanos[PROBES / 2])).as("median").isLessThan(Duration.ofMillis(100));
        assertThat(relay.record(flooder.getHostAddress()).rejections()).isGreaterThan(100);
        assertThat(relay.journal().rejected())
                .as("lines in the journal")
                .hasSize(1)
                .allSatisfy(rejected -> assertThat(rejected.client()).isEqualTo(flooder));
    }

    /// Opens connections and keeps many of them open.
    private static void flood(InetSocketAddress port, InetAddress from, AtomicBoolean over, CountDownLatch count) {
        List<Socket> crowd = new ArrayList<>();
        try {
            while (!over.get()) {
                Socket socket = new Socket();
                crowd.add(socket);
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(from, 0));
                socket.connect(port);
                count.countDown();
                if (crowd.size() > 200) {
                    crowd.removeFirst().close();
                }
            }
        } catch (IOException exhausted) {
            // this machine has no free port left: flood enough
        } finally {
            crowd.forEach(FloodTest::close);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean greeted(InetSocketAddress port, InetAddress from) throws IOException {
        try (DialogClient client = new DialogClient(port, from)) {
            return client.line().startsWith("220 ");
        }
    }
}
