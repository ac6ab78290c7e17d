package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.accept.auth.PasswordChecks;
import org.o365relay.accept.auth.PasswordChecks.Check;
import org.o365relay.accept.auth.Users;
import org.o365relay.accept.auth.Users.Result;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.session.Session;
import org.o365relay.accept.session.SessionFactory;
import org.o365relay.accept.tls.ListenerTls;

/// How passwords are compared without holding anything else up.
@Timeout(60)
class PasswordChecksTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.255");

    @TempDir
    Path directory;

    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger compared = new AtomicInteger();
    private PasswordChecks checks = new PasswordChecks(Duration.ZERO);

    @AfterEach
    void close() {
        go.countDown();
        checks.close();
    }

    @Test
    void comparesOnThreadsOfItsOwnThatEndWithIt() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Check check = checks.begin(CLIENT, () -> {
            thread.complete(Thread.currentThread());
            return Result.VALID;
        });
        assertThat(check.result().join()).isEqualTo(Result.VALID);
        Thread of = thread.join();
        assertThat(of.isVirtual()).as("on a carrier that deliveries need").isFalse();
        assertThat(of.isDaemon()).isTrue();
        assertThat(of.getPriority()).isEqualTo(Thread.MIN_PRIORITY);
        checks.close();
        assertThat(of.join(Duration.ofSeconds(10))).as("ended").isTrue();
    }

    @Test
    void letsNoMoreThanTwoOfAClientWait() {
        Check first = checks.begin(CLIENT, this::waiting);
        Check second = checks.begin(CLIENT, this::waiting);
        assertThat(checks.begin(CLIENT, this::waiting).result()).isCompletedWithValue(Result.BUSY);
        Check ofAnother = checks.begin(client(1), this::waiting);
        go.countDown();
        assertThat(List.of(first, second, ofAnother))
                .allSatisfy(check -> assertThat(check.result().join()).isEqualTo(Result.VALID));
        assertThat(checks.begin(CLIENT, this::waiting).result().join()).isEqualTo(Result.VALID);
        assertThat(compared).hasValue(4);
    }

    @Test
    void letsOnlySoManyWaitInAll() {
        List<Check> waiting = new ArrayList<>();
        for (int i = 0; i < PasswordChecks.MAX_PENDING; i++) {
            waiting.add(checks.begin(client(i), this::waiting));
        }
        assertThat(checks.begin(CLIENT, this::waiting).result()).isCompletedWithValue(Result.BUSY);
        go.countDown();
        assertThat(waiting)
                .allSatisfy(check -> assertThat(check.result().join()).isEqualTo(Result.VALID));
    }

    @Test
    void skipsWhatNobodyWaitsForAnyMore() {
        List<Check> atWork = List.of(checks.begin(client(1), this::waiting), checks.begin(client(2), this::waiting));
        Check abandoned = checks.begin(CLIENT, () -> {
            throw new AssertionError("compared for nobody");
        });
        abandoned.cancel();
        assertThat(abandoned.result()).isCompletedWithValue(Result.CANCELLED);
        go.countDown();
        assertThat(atWork).allSatisfy(check -> assertThat(check.result().join()).isEqualTo(Result.VALID));
        Check next = checks.begin(client(1), this::waiting);
        assertThat(next.result().join()).isEqualTo(Result.VALID);
        assertThat(compared).hasValue(3);
    }

    @Test
    void saysWrongAfterAPauseThatCannotBeShortened() {
        checks.close();
        Duration pause = Duration.ofMillis(300);
        checks = new PasswordChecks(pause);
        CountDownLatch begun = new CountDownLatch(1);
        long before = System.nanoTime();
        Check wrong = checks.begin(CLIENT, () -> {
            begun.countDown();
            return Result.INVALID;
        });
        assertThat(begun).satisfies(CountDownLatch::await);
        wrong.cancel();
        assertThat(wrong.result().join()).as("counts all the same").isEqualTo(Result.INVALID);
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(pause.toNanos());
    }

    @Test
    void goesOnWithOthersWhileAWrongOnePauses() {
        checks.close();
        checks = new PasswordChecks(Duration.ofHours(1));
        List<Check> wrong =
                List.of(checks.begin(CLIENT, () -> Result.INVALID), checks.begin(CLIENT, () -> Result.INVALID));
        assertThat(checks.begin(client(1), () -> Result.VALID).result().join()).isEqualTo(Result.VALID);
        assertThat(wrong).noneMatch(check -> check.result().isDone());
        assertThat(checks.begin(CLIENT, () -> Result.VALID).result())
                .as("guessing on more connections is no faster")
                .isCompletedWithValue(Result.BUSY);
    }

    @Test
    void answersTemporarilyWhenTheComparisonFails() {
        Check check = checks.begin(CLIENT, () -> {
            throw new IllegalStateException("broken");
        });
        assertThat(check.result().join()).isEqualTo(Result.UNAVAILABLE);
    }

    @Test
    void refusesTemporarilyWhoLogsInTooOftenAtOnce() throws Exception {
        checks.begin(CLIENT, this::waiting);
        checks.begin(CLIENT, this::waiting);
        try (Waiting waiting = new Waiting(directory, checks)) {
            assertThat(waiting.said())
                    .isEqualTo("454 4.7.0 Temporary authentication failure: too many concurrent logins\r\n");
        }
    }

    @Test
    void checksNoPasswordOfAClientThatHasGone() throws Exception {
        keepThreadsBusy();
        try (Waiting waiting = new Waiting(directory, checks)) {
            var _ = waiting.channel.close();
            waiting.channel.runPendingTasks();
            assertThat(waiting.front.journal().rejected())
                    .extracting(rejected -> rejected.reply().toString())
                    .containsExactly("454 4.7.0 Temporary authentication failure: client disconnected");
        }
    }

    @Test
    void checksNoPasswordOfAClientThatSaysNoMore() throws Exception {
        keepThreadsBusy();
        try (Waiting waiting = new Waiting(directory, checks)) {
            waiting.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            assertThat(waiting.said()).isEqualTo("454 4.7.0 Temporary authentication failure: client disconnected\r\n");
            assertThat(waiting.channel.isOpen()).isFalse();
        }
    }

    @Test
    void checksThePasswordOfAClientThatHasSaidAllItWill() throws Exception {
        keepThreadsBusy();
        try (Waiting waiting = new Waiting(directory, checks)) {
            waiting.print("NOOP\r\n");
            waiting.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            assertThat(waiting.said()).as("not answered yet").isEmpty();
            go.countDown();
            Await.until("answered", () -> !waiting.channel.isOpen() || waiting.hears());
            assertThat(waiting.said()).isEqualTo("235 2.7.0 Welcome\r\n250 2.0.0 Ok\r\n");
        }
    }

    private void keepThreadsBusy() {
        checks.begin(client(1), this::waiting);
        checks.begin(client(2), this::waiting);
    }

    /// A client with the right password, waiting to be let in.
    private static final class Waiting implements AutoCloseable {

        private final TestRelayFront front;
        private final EmbeddedChannel channel;

        Waiting(Path directory, PasswordChecks checks) throws Exception {
            front = TestRelayFront.in(directory);
            FrontSettings settings =
                    DialogSettings.of(List.of("auth allow-without-tls")).front();
            InstantSource clock = InstantSource.fixed(TestRelayFront.NOW);
            Session session = new SessionFactory(
                            settings.session(),
                            new Users(settings.accept().users(), clock, checks),
                            front.queue().intake(),
                            front.journal(),
                            clock)
                    .open(new Client(CLIENT, settings.policy(), front.devices().at(CLIENT), ListenerTls.OFF));
            channel = new EmbeddedChannel(new SmtpConnection(session, settings.limits(), (_, _) -> {}));
            assertThat(said()).startsWith("220 ");
            print("AUTH PLAIN AHByaW50ZXIAczNjcmV0\r\n");
        }

        void print(String text) {
            channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
        }

        boolean hears() {
            channel.runPendingTasks();
            return !channel.outboundMessages().isEmpty();
        }

        String said() {
            channel.runPendingTasks();
            StringBuilder said = new StringBuilder();
            for (ByteBuf reply = channel.readOutbound(); reply != null; reply = channel.readOutbound()) {
                said.append(reply.toString(StandardCharsets.US_ASCII));
                reply.release();
            }
            return said.toString();
        }

        @Override
        public void close() {
            channel.finishAndReleaseAll();
            front.close();
        }
    }

    private Result waiting() {
        try {
            go.await();
        } catch (InterruptedException closed) {
            return Result.UNAVAILABLE;
        }
        compared.incrementAndGet();
        return Result.VALID;
    }

    private static InetAddress client(int number) {
        return InetAddress.ofLiteral("192.0.2." + number);
    }
}
