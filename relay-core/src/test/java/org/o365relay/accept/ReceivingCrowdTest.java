package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.queue.jdbc.ChildJvm;

/// Many clients that send large messages at the same time, with little direct memory, and are then killed.
@Timeout(60)
class ReceivingCrowdTest {

    private static final int CROWD = 250;
    private static final int ROUNDS = 6;
    private static final ByteBuffer CONTENT =
            ByteBuffer.wrap(("x".repeat(998) + "\r\n").repeat(64).getBytes(StandardCharsets.US_ASCII));

    @TempDir
    Path directory;

    @Test
    void receivesInTheMemoryThereIsAndServesOthersWhenTheCrowdIsKilled() throws Exception {
        List<String> frugal = List.of("env", "JAVA_TOOL_OPTIONS=-XX:MaxDirectMemorySize=16m");
        List<SocketChannel> crowd = new ArrayList<>();
        try (ChildJvm relay = ChildJvm.startBy(frugal, directory, ChildRelay.class, directory.toString(), "plain")) {
            InetSocketAddress port = IdleCrowdTest.address(relay.awaitLine("LISTENING "));
            for (int i = 0; i < CROWD; i++) {
                crowd.add(beginContent(port, "127.0.0." + (10 + i % 100)));
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (SocketChannel client : crowd) {
                    client.write(CONTENT.duplicate());
                }
            }
            for (SocketChannel client : crowd) {
                client.setOption(StandardSocketOptions.SO_LINGER, 0); // a reset, as from a process that was killed
                client.close();
            }
            try (DialogClient other = new DialogClient(port, InetAddress.ofLiteral("127.0.0.2"))) {
                other.beginContent();
                other.send("hello\r\n.\r\n");
                other.expect("250 2.0.0 Queued as ");
            }
            relay.tell("m");
            assertThat(relay.awaitLine("MESSAGES ")).isEqualTo("1");
        } finally {
            for (SocketChannel client : crowd) {
                client.close();
            }
        }
    }

    private static SocketChannel beginContent(InetSocketAddress port, String from) throws IOException {
        SocketChannel client = SocketChannel.open();
        client.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        client.connect(port);
        client.write(StandardCharsets.US_ASCII.encode(
                "HELO crowd\r\nMAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\n"));
        ByteBuffer replies = ByteBuffer.allocate(1_000);
        String said = "";
        while (!said.contains("354 ")) {
            assertThat(client.read(replies)).as("more after %s", said).isPositive();
            said = new String(replies.array(), 0, replies.position(), StandardCharsets.US_ASCII);
        }
        client.configureBlocking(false);
        return client;
    }
}
