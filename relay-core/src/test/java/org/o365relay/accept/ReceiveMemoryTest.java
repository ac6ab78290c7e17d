package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

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

    @Test
    void sizesBuffersSoThatTheConnectionsShareTheBudget() {
        assertThat(memory.bufferSize(1)).isEqualTo(ReceiveMemory.MAX_BUFFER);
        assertThat(memory.bufferSize(16)).isEqualTo(16 * 1024);
        assertThat(memory.bufferSize(100_000)).isEqualTo(ReceiveMemory.MIN_BUFFER);
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
    @Test
    void dropsADisconnectedClientWhoseInputExceedsTheMemory() throws Exception {
        beginContent();
        try (Connection other = front.database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE"); // the queue's writer waits for this to end
            client.send("x".repeat(Incoming.CHUNK_SIZE));
            for (int packet = 0; packet < 100 && !client.isEnded(); packet++) {
                client.send("x".repeat(ReceiveMemory.MAX_BUFFER));
                assertThat(memory.used()).isLessThanOrEqualTo(2 * BUDGET);
            }
            assertThat(client.isEnded()).isTrue();
            assertThat(memory.used()).as("released at once").isZero();
            statement.execute("ROLLBACK");
        }
        assertThat(front.claims()).isEmpty();
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
