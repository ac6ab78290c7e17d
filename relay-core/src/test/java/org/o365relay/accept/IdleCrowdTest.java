package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.queue.jdbc.ChildJvm;

/// Ten thousand devices that are connected and send nothing.
@Timeout(120)
class IdleCrowdTest {

    private static final int CROWD = 10_000;
    private static final int MOST_OCTETS_EACH = 4_096;
    private static final int PROBES = 51;

    @TempDir
    Path directory;

    @Test
    void idleConnectionsUseLittleMemoryAndDelayNoClient() throws Exception {
        assumeTrue(
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                        && system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount() > CROWD + 500,
                "this system allows too few open files");
        List<SocketChannel> crowd = new ArrayList<>(CROWD);
        try (ChildJvm relay = ChildJvm.start(directory, ChildRelay.class, directory.toString(), "plain")) {
            InetSocketAddress port = address(relay.awaitLine("LISTENING "));
            greeting(port, InetAddress.ofLiteral("127.0.0.2")); // creates what is created only once
            long before = ask(relay, 'h', "HEAP ");
            long threads = ask(relay, 't', "THREADS ");
            for (int i = 0; i < CROWD; i++) {
                crowd.add(converse(port, InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (10 + i % 100)})));
            }
            long each = (ask(relay, 'h', "HEAP ") - before) / CROWD;
            assertThat(each).as("octets of heap for each").isLessThanOrEqualTo(MOST_OCTETS_EACH);
            assertThat(ask(relay, 't', "THREADS ")).as("threads").isLessThanOrEqualTo(threads + 1);

            long[] nanos = new long[PROBES];
            for (int i = 0; i < PROBES; i++) {
                nanos[i] = greeting(port, InetAddress.ofLiteral("127.0.0.2"));
            }
            Arrays.sort(nanos);
            assertThat(Duration.ofNanos(nanos[PROBES / 2])).as("median").isLessThan(Duration.ofMillis(50));
        } finally {
            for (SocketChannel client : crowd) {
                client.close();
            }
        }
    }

    /// @return a client that has received the reply to its HELO
    private static SocketChannel converse(InetSocketAddress port, InetAddress from) throws IOException {
        SocketChannel client = SocketChannel.open();
        client.bind(new InetSocketAddress(from, 0));
        client.connect(port);
        ByteBuffer reply = ByteBuffer.allocate(200);
        client.read(reply);
        client.write(ByteBuffer.wrap("HELO idler\r\n".getBytes(StandardCharsets.US_ASCII)));
        client.read(reply);
        assertThat(new String(reply.array(), StandardCharsets.US_ASCII)).contains("220 ", "250 ");
        return client;
    }

    /// @return nanoseconds until a new client is greeted
    private static long greeting(InetSocketAddress port, InetAddress from) throws IOException {
        long start = System.nanoTime();
        try (DialogClient client = new DialogClient(port, from)) {
            client.expect("220 ");
            return System.nanoTime() - start;
        }
    }

    private static long ask(ChildJvm relay, char question, String answer) throws IOException, InterruptedException {
        relay.tell(String.valueOf(question));
        return Long.parseLong(relay.awaitLine(answer));
    }

    static InetSocketAddress address(String endpoint) {
        int colon = endpoint.lastIndexOf(':');
        return new InetSocketAddress(
                InetAddress.ofLiteral(endpoint.substring(0, colon)), Integer.parseInt(endpoint.substring(colon + 1)));
    }
}
