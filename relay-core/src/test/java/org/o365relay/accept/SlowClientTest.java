package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.Deviation;
import org.o365relay.queue.Incoming;

/// Slow clients, and how much time they have.
@Timeout(30)
class SlowClientTest {

    private static final FrontSettings SETTINGS =
            FrontSettings.DEFAULTS.withCommand(Duration.ofMinutes(1)).withContentRate(100);
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    Path directory;

    private TestRelayFront front;
    private SteppedConnection client;

    @BeforeEach
    void connect() throws Exception {
        front = TestRelayFront.in(directory);
        client = new SteppedConnection(front, SETTINGS);
    }

    @AfterEach
    void close() {
        client.close();
        front.close();
    }

    @Test
    void closesWhenACommandArrivesTooSlowly() {
        for (int second = 0; second < 60; second++) {
            client.send("N");
            client.pass(SECOND);
        }
        client.await("421 4.4.2 Command timeout, closing connection (relay.limits.command-timeout)\r\n");
        assertThat(client.isEnded()).isTrue();
        assertThat(counted(Deviation.TIMEOUT)).isOne();
        assertThat(counted(Deviation.DISCONNECT_IN_MESSAGE)).isZero();
        assertThat(front.journal().rejected()).hasSize(1);
    }

    @Test
    void closesWhenALineIsTooLongAndNeverEnds() {
        client.send("x".repeat(5_000));
        for (int second = 0; second < 60; second++) {
            client.send("x");
            client.pass(SECOND);
        }
        client.await("421 4.4.2 Command timeout");
    }

    @Test
    void appliesTheCommandTimeoutToEachCommandSeparately() {
        for (int line = 0; line < 10; line++) {
            client.send("NO");
            client.pass(Duration.ofSeconds(50));
            client.send("OP\r\n");
        }
        assertThat(client.said().lines().filter("250 2.0.0 Ok"::equals)).hasSize(10);
    }

    @Test
    void closesAndDiscardsContentThatArrivesTooSlowly() throws Exception {
        beginContent();
        for (int second = 0; second < 70; second++) {
            client.send("slow\r\n");
            client.pass(SECOND);
        }
        client.await(
                "421 4.4.2 Data timeout, less than 100 octets per second" + " (relay.limits.minimum-data-rate)\r\n");
        assertThat(client.isEnded()).isTrue();
        assertThat(counted(Deviation.TIMEOUT)).isOne();
        assertThat(front.claims()).isEmpty();
        assertThat(front.journal().rejected())
                .singleElement()
                .satisfies(rejected -> assertThat(rejected.from()).hasToString("a@device.test"));
    }

    @Test
    void acceptsContentAtTheMinimumRate() {
        beginContent();
        for (int second = 0; second < 300; second++) {
            client.send("x".repeat(98) + "\r\n");
            client.pass(SECOND);
        }
        client.send(".\r\n");
        client.await("250 2.0.0 Queued as ");
    }

    @Test
    void allowsAScannerToPauseForTheIdleTimeout() {
        beginContent();
        client.send("x".repeat(100_000));
        client.pass(Duration.ofSeconds(299));
        assertThat(client.isEnded()).isFalse();
        client.pass(Duration.ofSeconds(1));
        client.await("421 4.4.2 ");
    }

    @Test
    void closesWhenAChunkArrivesTooSlowly() {
        client.send("MAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\nBDAT 10000 LAST\r\n");
        for (int second = 0; second < 70; second++) {
            client.send("slow\r\n");
            client.pass(SECOND);
        }
        client.await("421 4.4.2 Data timeout");
        assertThat(front.claims()).isEmpty();
    }

    @Test
    void closesAnIdleConnectionAfterAnyCommand() {
        client.send("NOOP\r\n");
        client.pass(Duration.ofSeconds(299));
        client.send("NOOP\r\n");
        client.pass(Duration.ofSeconds(299));
        assertThat(client.isEnded()).isFalse();
        client.pass(SECOND);
        client.await("421 4.4.2 Idle timeout, closing connection (relay.limits.idle-timeout)\r\n");
        assertThat(counted(Deviation.TIMEOUT)).isZero();
    }

    @Test
    void doesNotCountTheTimeTheClientWaitedForTheQueue() throws Exception {
        beginContent();
        try (Connection other = front.database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE"); // the queue's writer waits for this to end
            client.send("x\r\n.\r\nNO");
            client.pass(Duration.ofHours(1));
            assertThat(client.isEnded()).isFalse();
            statement.execute("ROLLBACK");
        }
        client.await("250 2.0.0 Queued as ");
        client.pass(Duration.ofSeconds(59));
        client.send("OP\r\n");
        client.await("250 2.0.0 Ok");
        client.pass(Duration.ofSeconds(299));
        assertThat(client.isEnded()).isFalse();
    }

    @Test
    void noticesSlowContentInTimeAfterTheClientWaitedForTheQueue() throws Exception {
        client.close();
        client = new SteppedConnection(front, SETTINGS.withContentRate(1024 * 1024));
        beginContent();
        client.pass(Duration.ofSeconds(58));
        try (Connection other = front.database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            client.send("x".repeat(Incoming.CHUNK_SIZE)); // extends the limit by an eighth of a second
            client.pass(Duration.ofSeconds(30)); // the timeouts are checked during this time
            statement.execute("ROLLBACK");
        }
        client.awaitReading();
        client.pass(SECOND);
        assertThat(client.isEnded()).isFalse();
        client.pass(Duration.ofSeconds(2));
        client.await("421 4.4.2 Data timeout");
    }

    @Test
    void leavesNoScheduledTask() {
        client.send("QUIT\r\n");
        client.awaitEnd();
        assertThat(client.hasTasks()).isFalse();
    }

    private void beginContent() {
        client.send("MAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\n");
        client.await("354 ");
    }

    private long counted(Deviation deviation) {
        return front.devices().records().stream()
                .filter(device -> device.address().equals(InetAddress.ofLiteral("127.0.0.1")))
                .mapToLong(device -> device.deviations().getOrDefault(deviation, 0L))
                .sum();
    }
}
