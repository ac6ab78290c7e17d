package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.mail.Reply;

/// Which clients may connect, how many at the same time, and for how long.
@Timeout(30)
class AdmissionTest {

    @TempDir
    Path directory;

    @Test
    void rejectsAnUntrustedClientWithOneReplyAndCloses() throws Exception {
        try (TestRelayFront front =
                        new TestRelayFront(directory, FrontSettings.DEFAULTS.trusting("10.0.0.0/8", "::1"));
                DialogClient client = front.connect()) {
            client.send("EHLO me\r\nMAIL FROM:<a@device.test>\r\n");
            assertThat(client.line()).isEqualTo("554 5.7.1 127.0.0.1: Relay access denied (relay.trusted-networks)");
            client.expectClosed();
            assertThat(front.journal().rejected()).singleElement().satisfies(rejected -> {
                assertThat(rejected.client()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
                assertThat(rejected.reply().code()).isEqualTo(554);
            });
        }
    }

    @Test
    void rejectsConnectionsOverTheTotalLimitUntilOneCloses() throws Exception {
        try (TestRelayFront front = new TestRelayFront(directory, FrontSettings.DEFAULTS.withConnections(2, 2));
                DialogClient first = front.connectFrom("127.0.0.2");
                DialogClient second = front.connectFrom("127.0.0.3")) {
            first.expect("220 ");
            second.expect("220 ");
            try (DialogClient third = front.connectFrom("127.0.0.4")) {
                third.expect("421 4.3.2 Too many connections (relay.limits.connections)");
                third.expectClosed();
            }
            first.say("QUIT", "221 ");
            first.expectClosed();
            assertWelcomeBefore(front, Duration.ofSeconds(10));
        }
    }

    @Test
    void rejectsConnectionsOverTheLimitPerClient() throws Exception {
        try (TestRelayFront front = new TestRelayFront(directory, FrontSettings.DEFAULTS.withConnections(10, 1));
                DialogClient first = front.connectFrom("127.0.0.2")) {
            first.expect("220 ");
            try (DialogClient second = front.connectFrom("127.0.0.2");
                    DialogClient other = front.connectFrom("127.0.0.3")) {
                second.expect("421 4.7.0 Too many connections from 127.0.0.2 (relay.limits.connections-per-client)");
                second.expectClosed();
                other.expect("220 ");
            }
        }
    }

    @Test
    void reservesTheLastQuarterForClientsWithFewConnections() throws Exception {
        List<DialogClient> crowd = new ArrayList<>();
        try (TestRelayFront front = new TestRelayFront(directory, FrontSettings.DEFAULTS.withConnections(40, 10))) {
            for (int i = 0; i < 30; i++) {
                crowd.add(front.connectFrom("127.0.0." + (2 + i / 10)));
                crowd.getLast().expect("220 ");
            }
            for (String greedy : List.of("127.0.0.2", "127.0.0.5", "127.0.0.5")) {
                crowd.add(front.connectFrom(greedy));
            }
            crowd.get(30).expect("421 4.7.0 Too many connections from 127.0.0.2 (relay.limits.connections-per-client)");
            crowd.get(31).expect("220 ");
            crowd.get(32)
                    .expect("421 4.7.0 Too many connections from 127.0.0.5, the last 10 are reserved for clients with"
                            + " fewer than 1 (relay.limits.connections)");
            for (int other = 6; other < 15; other++) {
                crowd.add(front.connectFrom("127.0.0." + other));
                crowd.getLast().expect("220 ");
            }
            try (DialogClient late = front.connectFrom("127.0.0.15")) {
                late.expect("421 4.3.2 Too many connections (relay.limits.connections)");
            }
        } finally {
            for (DialogClient client : crowd) {
                client.close();
            }
        }
    }

    @Test
    void closesASilentConnection() throws Exception {
        FrontSettings settings = FrontSettings.DEFAULTS.withIdle(Duration.ofMillis(200));
        try (TestRelayFront front = new TestRelayFront(directory, settings);
                DialogClient client = front.connect()) {
            client.beginContent();
            client.send("half a message");
            client.expect("421 4.4.2 Idle timeout, closing connection (relay.limits.idle-timeout)");
            client.expectClosed();
            assertThat(front.claims()).isEmpty();
        }
    }

    @Test
    void releasesTheConnectionOfAClientThatNeverReadsReplies() throws Exception {
        FrontSettings settings = FrontSettings.DEFAULTS
                .withConnections(1, 1)
                .withIdle(Duration.ofMillis(300))
                .withRecipients(Integer.MAX_VALUE);
        try (TestRelayFront front = new TestRelayFront(directory, settings);
                FloodingClient deaf = FloodingClient.withRecipients(front.port())) {
            deaf.writeUntilClosed();
            assertWelcomeBefore(front, Duration.ofSeconds(10));
        }
    }

    @Test
    void acceptsATrustedIpv6Client() throws Exception {
        FrontSettings settings = FrontSettings.DEFAULTS.listening("::1").trusting("::1");
        try (TestRelayFront front = new TestRelayFront(directory, settings);
                DialogClient client = front.connectTo("::1")) {
            sendOne(client);
            assertThat(front.claims())
                    .singleElement()
                    .satisfies(claim -> assertThat(claim.arrival().client()).isEqualTo(InetAddress.ofLiteral("::1")));
        }
    }

    @Test
    void treatsAnIpv4ClientOfAnIpv6SocketAsIpv4() throws Exception {
        FrontSettings settings = FrontSettings.DEFAULTS.listening("::").trusting("127.0.0.1");
        try (TestRelayFront front = new TestRelayFront(directory, settings);
                DialogClient client = front.connectTo("127.0.0.1");
                DialogClient stranger = front.connectTo("::1")) {
            sendOne(client);
            assertThat(front.claims())
                    .singleElement()
                    .satisfies(claim ->
                            assertThat(claim.arrival().client()).isEqualTo(InetAddress.ofLiteral("127.0.0.1")));
            stranger.expect("554 5.7.1 ");
        }
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0,   true,  false", "127.0.0.1, true,  false", "::1,       false, true", "::,        true,  true"
    })
    void answersOnlyOnTheFamiliesOfTheListenersAddress(String address, boolean ipv4, boolean ipv6) throws Exception {
        assumeTrue(hasIpv6(), "this machine has no IPv6");
        FrontSettings settings = FrontSettings.DEFAULTS.listening(address).trusting("127.0.0.0/8", "::1");
        try (TestRelayFront front = new TestRelayFront(directory, settings)) {
            assertThat(answers(front, "127.0.0.1")).as("IPv4").isEqualTo(ipv4);
            assertThat(answers(front, "::1")).as("IPv6").isEqualTo(ipv6);
        }
    }

    @Test
    void listensOnThePortOfEachFamilySeparately() throws Exception {
        assumeTrue(hasIpv6(), "this machine has no IPv6");
        FrontSettings settings = FrontSettings.DEFAULTS.listening("0.0.0.0");
        try (TestRelayFront front = new TestRelayFront(directory, settings)) {
            front.listen(FrontSettings.DEFAULTS.listening("::1").listener(front.port()));
            assertThat(answers(front, "127.0.0.1")).isTrue();
            assertThat(answers(front, "::1")).isTrue();
        }
    }

    private static boolean answers(TestRelayFront front, String address) throws IOException {
        try (DialogClient client = front.connectTo(address)) {
            return client.line().startsWith("220 ");
        } catch (ConnectException refused) {
            return false;
        }
    }

    private static boolean hasIpv6() {
        try (ServerSocket _ = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"))) {
            return true;
        } catch (IOException none) {
            return false;
        }
    }

    @Test
    void reportsThePortThatIsInUse() throws Exception {
        try (TestRelayFront front = TestRelayFront.in(directory)) {
            assertThatThrownBy(() -> front.listen(front.port()))
                    .isInstanceOf(ListenException.class)
                    .hasMessageStartingWith("cannot listen on 127.0.0.1:" + front.port() + ": the port is in use");
        }
    }

    private static void sendOne(DialogClient client) throws IOException {
        client.beginContent();
        client.say("hello\r\n.", "250 2.0.0 Queued as ");
    }

    /// The server notices the end of a connection a little later than the client.
    private static void assertWelcomeBefore(TestRelayFront front, Duration limit) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        String greeting = "";
        while (!greeting.startsWith("220 ") && System.nanoTime() < deadline) {
            try (DialogClient client = front.connect()) {
                greeting = client.line();
            }
        }
        assertThat(Reply.parse(greeting).orElseThrow().code()).isEqualTo(220);
    }
}
