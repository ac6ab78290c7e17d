package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.accept.auth.Users;
import org.o365relay.queue.Incoming;

/// Many connections that have received more than fits into the memory budget.
@Timeout(30)
class ReceiveMemoryTest {

    private static final int BUDGET = 256 * 1024;
    private static final InstantSource CLOCK = InstantSource.fixed(TestRelayFront.NOW);

    @TempDir
    Path directory;

    private final ReceiveMemory memory = new ReceiveMemory(4L * BUDGET);
    private TestRelayFront front;
    private SteppedConnection client;

    @BeforeEach
    void connect() throws Exception {
        front = TestRelayFront.in(directory);
        client = new SteppedConnection(front, FrontSettings.DEFAULTS, new Users(null, CLOCK), memory);
    }

    @AfterEach
    void close() {
        client.close();
        front.close();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        # -Xmx, MiB | connections | smallest and largest buffer, KiB
        1024 |       1 | 16 | 64
        1024 |    4096 | 16 | 64
        1024 |    4097 | 16 | 32
         128 |    2048 | 16 | 16
         128 |    2049 |  8 |  8
         128 |    2340 |  8 |  8
         128 |    4000 |  8 |  8
         128 |  100000 |  2 |  2
        """, delimiter = '|')
    void sizesBuffersSoThatTheConnectionsShareTheBudget(long heap, int connections, int smallest, int largest) {
        var buffer = (RecvByteBufAllocator.ExtendedHandle)
                new ReceiveMemory(heap * 1024 * 1024).buffers(connections).newHandle();
        assertThat(sizeAfterReads(buffer, 1)).isEqualTo(smallest * 1024);
        assertThat(sizeAfterReads(buffer, ReceiveMemory.MAX_BUFFER)).isEqualTo(largest * 1024);
        assertThat(sizeAfterReads(buffer, 1)).isEqualTo(smallest * 1024);
    }

    /// @return size in octets of the next buffer after many reads that filled theirs up to this number of octets
    private static int sizeAfterReads(RecvByteBufAllocator.ExtendedHandle buffer, int octets) {
        for (int read = 0; read < 100; read++) {
            buffer.reset(new EmbeddedChannel().config());
            int size = buffer.guess();
            buffer.attemptedBytesRead(size);
            buffer.lastBytesRead(Math.min(octets, size));
            buffer.readComplete();
        }
        return buffer.guess();
    }

    @Test
    void readsNoContentWhileTheMemoryIsShort() {
        beginContent();
        memory.add(BUDGET);
        client.send("x\r\n");
        assertThat(client.isReading()).isFalse();
        client.pass(Duration.ofSeconds(1));
        assertThat(client.isReading()).isFalse();
        memory.add(-BUDGET);
        client.pass(Duration.ofSeconds(1));
        assertThat(client.isReading()).isTrue();
        client.send(".\r\n");
        client.await("250 2.0.0 Queued as ");
    }

    @Test
    void readsCommandsWhileTheMemoryIsShort() {
        memory.add(BUDGET);
        client.send("NOOP\r\n");
        assertThat(client.isReading()).isTrue();
        client.send("NOOP\r\n");
        client.await("250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n");
    }

    /// Netty passes on everything that a client sent before it disconnected, whether or not the relay reads.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void discardsTheInputOfADisconnectedClientThatExceedsTheMemory(boolean tls) throws Exception {
        if (tls) {
            client.endHandshake();
        }
        beginContent();
        try (Connection other = front.database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE"); // the queue's writer waits for this to end
            client.send("x".repeat(Incoming.CHUNK_SIZE));
            flood("x");
            statement.execute("ROLLBACK");
        }
        client.awaitEnd();
        assertThat(front.claims()).isEmpty();
    }

    /// The client may await the reply, and would send the message again without it.
    @Test
    void repliesToADisconnectedClientWhoseInputExceedsTheMemoryAfterTheFinalDot() throws Exception {
        beginContent();
        try (Connection other = front.database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            client.send("x\r\n.\r\n");
            flood("NOOP\r\n");
            client.endInput();
            statement.execute("ROLLBACK");
        }
        client.awaitEnd();
        assertThat(client.said()).containsPattern("250 2.0.0 Queued as \\S+\r\n$");
        assertThat(front.claims()).hasSize(1);
    }

    private void flood(String input) {
        for (int packet = 0; packet < 100; packet++) {
            client.send(input.repeat(ReceiveMemory.MAX_BUFFER / input.length()));
            assertThat(memory.used()).isLessThanOrEqualTo(2 * BUDGET);
        }
        assertThat(memory.used()).as("released at once").isZero();
    }

    /// Netty passes on each TLS record of a read, although the relay waits for the queue after the first.
    @Test
    void keepsTheTlsRecordsOfOneReadWhileTheMemoryIsShort() throws Exception {
        client.endHandshake();
        beginContent();
        try (Connection other = front.database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            memory.add(BUDGET);
            client.sendRecords("x".repeat(Incoming.CHUNK_SIZE), "\r\n.\r\n", "RSET\r\n");
            assertThat(client.isReading()).isFalse();
            assertThat(client.isEnded()).isFalse();
            statement.execute("ROLLBACK");
        }
        client.await("250 2.0.0 Queued as ");
        client.await("250 2.0.0 Ok\r\n");
        assertThat(client.isReading()).isTrue();
        client.send("QUIT\r\n");
        client.await("221 ");
        assertThat(front.claims()).hasSize(1);
    }

    @Test
    void doesNotReadWhileAMessageIsCommitted() throws Exception {
        beginContent();
        try (Connection other = front.database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            client.send("x\r\n.\r\n");
            assertThat(client.isReading()).isFalse();
            statement.execute("ROLLBACK");
        }
        client.await("250 2.0.0 Queued as ");
        assertThat(client.isReading()).isTrue();
    }

    @Test
    void keepsTheInputOfADisconnectedClientThatFits() throws Exception {
        beginContent();
        try (Connection other = front.database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            client.send("x".repeat(Incoming.CHUNK_SIZE));
            client.send("\r\n.\r\n");
            client.endInput();
            statement.execute("ROLLBACK");
        }
        client.await("250 2.0.0 Queued as ");
        assertThat(memory.used()).isZero();
    }

    @Test
    void countsAnIncompleteLineUntilTheClientIsGone() {
        client.send("NOOP NOOP NOOP");
        assertThat(memory.used()).isEqualTo(14);
        client.disconnect();
        assertThat(memory.used()).isZero();
    }

    @Test
    void admitsNoConnectionWhileTheMemoryIsExhausted() throws Exception {
        int times = 0;
        while (!front.memory().isExhausted()) {
            front.memory().add(Integer.MAX_VALUE);
            times++;
        }
        try (DialogClient refused = front.connect()) {
            refused.expect("421 4.3.1 Insufficient memory, try again later (-Xmx in jvm.options)");
            refused.expectClosed();
        }
        for (; times > 0; times--) {
            front.memory().add(-Integer.MAX_VALUE);
        }
        try (DialogClient admitted = front.connect()) {
            admitted.expect("220 ");
        }
    }

    private void beginContent() {
        client.send("MAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\n");
        client.await("354 ");
    }
}
