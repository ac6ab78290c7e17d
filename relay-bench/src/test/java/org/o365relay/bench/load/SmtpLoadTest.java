package org.o365relay.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.bench.load.SmtpLoad.Connections;
import org.o365relay.bench.server.Ports;

class SmtpLoadTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 40, 1", "7, 40, 1", "7, 40, 3"})
    void sendsExactlyTheRequestedNumberOfMessages(int sessions, int messages, int threads) throws Exception {
        try (FakeServer server = FakeServer.friendly()) {
            LoadResult result = load(
                            server, sessions, LoadLimit.ofMessages(messages), Connections.PERSISTENT, false, threads)
                    .run();

            assertThat(result.accepted()).isEqualTo(messages);
            assertThat(result.errors()).isZero();
            assertThat(result.latency().getTotalCount()).isEqualTo(messages);
            assertThat(server.sizes()).hasSize(messages).containsOnly(4_096);
            assertThat(server.count("CONNECT")).isLessThanOrEqualTo(sessions);
            assertThat(server.count("RSET")).isZero();
        }
    }

    @Test
    void connectsForEveryMessage() throws Exception {
        try (FakeServer server = FakeServer.friendly()) {
            LoadResult result = load(server, 5, LoadLimit.ofMessages(60), Connections.ONE_PER_MESSAGE, false, 1)
                    .run();

            assertThat(result.accepted()).isEqualTo(60);
            assertThat(server.sizes()).hasSize(60);
            assertThat(server.count("CONNECT")).isEqualTo(60);
            assertThat(server.count("QUIT")).isEqualTo(60);
        }
    }

    @Test
    void waitsForEveryReplyUnlessItPipelines() throws Exception {
        try (FakeServer server = FakeServer.friendly()) {
            assertThat(kept(server, 2, 20).run().accepted()).isEqualTo(20);
            assertThat(server.maxUnreadAfterMail()).isZero();

            SmtpLoad pipelined = load(server, 2, LoadLimit.ofMessages(20), Connections.PERSISTENT, true, 1);
            assertThat(pipelined.run().accepted()).isEqualTo(20);
            assertThat(server.maxUnreadAfterMail()).isPositive();
            assertThat(server.sizes()).hasSize(40);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL", "RCPT", "DATA", "."})
    void countsRefusalsByCodeAndContinues(String refusedStep) throws Exception {
        try (FakeServer server = FakeServer.that(
                (step, count, usual) -> step.equals(refusedStep) && count % 4 == 3 ? "452 4.3.1 no room" : usual)) {
            LoadResult result = kept(server, 3, 40).run();

            assertThat(result.refused()).containsExactly(entry(452, 10L));
            assertThat(result.accepted()).isEqualTo(30);
            assertThat(result.dropped()).isZero();
            assertThat(server.sizes()).hasSize(30);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."})
    void reconnectsAfterADroppedConnection(String droppedStep) throws Exception {
        try (FakeServer server = FakeServer.that(
                (step, count, usual) -> step.equals(droppedStep) && count == 0 ? FakeServer.DROP : usual)) {
            LoadResult result = kept(server, 1, 20).run();

            assertThat(result.dropped()).isEqualTo(1);
            assertThat(result.accepted()).isEqualTo(19);
            assertThat(server.count("CONNECT")).isEqualTo(2);
        }
    }

    @Test
    void reconnectsAfterTheServerCloses() throws Exception {
        try (FakeServer server = FakeServer.that(
                (step, count, usual) -> step.equals("MAIL") && count == 5 ? "421 4.3.2 shutting down" : usual)) {
            LoadResult result = kept(server, 1, 20).run();

            assertThat(result.refused()).containsExactly(entry(421, 1L));
            assertThat(result.accepted()).isEqualTo(19);
        }
    }

    @Test
    void countsARefusalInTheGreeting() throws Exception {
        try (FakeServer server =
                FakeServer.that((step, count, usual) -> step.equals("CONNECT") ? "554 5.7.1 not you" : usual)) {
            LoadResult result = kept(server, 2, 10).run();

            assertThat(result.refused()).containsExactly(entry(554, 10L));
            assertThat(result.accepted()).isZero();
        }
    }

    @Test
    void endsWhenTheServerRefusesConnections() throws Exception {
        InetSocketAddress refusing = Ports.onLoopback(Ports.CLOSED);
        SmtpLoad load = new SmtpLoad(
                refusing,
                2,
                LoadLimit.ofMessages(1_000_000).withStallTimeout(PATIENCE),
                Content.ofSize(4_096, MessageIds.SAME),
                Connections.PERSISTENT,
                false,
                1);

        LoadResult result = load.run();

        assertThat(result.accepted()).isZero();
        assertThat(result.dropped()).isBetween(2L, 1_000L);
    }

    @Test
    void endsWhenTheServerStopsReplying() throws Exception {
        try (FakeServer server =
                FakeServer.that((step, count, usual) -> step.equals(".") && count >= 10 ? FakeServer.SILENCE : usual)) {
            SmtpLoad load = new SmtpLoad(
                    server.address(),
                    3,
                    LoadLimit.ofMessages(50).withStallTimeout(Duration.ofMillis(100)),
                    Content.ofSize(4_096, MessageIds.SAME),
                    Connections.PERSISTENT,
                    false,
                    1);

            LoadResult result = load.run();

            assertThat(result.accepted()).isEqualTo(10);
            assertThat(result.dropped()).isEqualTo(3);
        }
    }

    @Test
    void endsWhenItsTimeExpires() throws Exception {
        try (FakeServer server = FakeServer.friendly()) {
            LoadLimit time = LoadLimit.ofTime(Duration.ofMillis(150));
            LoadResult result =
                    load(server, 2, time, Connections.PERSISTENT, false, 1).run();

            assertThat(result.elapsed()).isBetween(Duration.ofMillis(150), PATIENCE);
            assertThat(result.accepted()).isPositive().isEqualTo(server.sizes().size());
            assertThat(result.rate()).isPositive();
        }
    }

    @Test
    void streamsAMessageLargerThanAnySocketBuffer() throws Exception {
        try (FakeServer server = FakeServer.friendly()) {
            SmtpLoad load = new SmtpLoad(
                    server.address(),
                    2,
                    LoadLimit.ofMessages(2).withStallTimeout(PATIENCE),
                    Content.ofSize(5_500_000, MessageIds.SAME),
                    Connections.PERSISTENT,
                    false,
                    1);

            assertThat(load.run().accepted()).isEqualTo(2);
            assertThat(server.sizes()).isEqualTo(Collections.nCopies(2, 5_500_000));
        }
    }

    private static SmtpLoad kept(FakeServer server, int sessions, int messages) throws IOException {
        return load(server, sessions, LoadLimit.ofMessages(messages), Connections.PERSISTENT, false, 1);
    }

    private static SmtpLoad load(
            FakeServer server, int sessions, LoadLimit extent, Connections connections, boolean pipelining, int threads)
            throws IOException {
        LoadLimit limit = extent.withStallTimeout(PATIENCE);
        return new SmtpLoad(
                server.address(),
                sessions,
                limit,
                Content.ofSize(4_096, MessageIds.SAME),
                connections,
                pipelining,
                threads);
    }
}
