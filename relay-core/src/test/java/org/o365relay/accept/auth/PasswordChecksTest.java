package org.o365relay.accept.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.accept.DialogSettings;
import org.o365relay.accept.FrontSettings;
import org.o365relay.accept.SteppedConnection;
import org.o365relay.accept.TestRelayFront;
import org.o365relay.accept.auth.PasswordChecks.Check;
import org.o365relay.accept.auth.PasswordChecks.Standing;
import org.o365relay.accept.auth.Users.Result;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.Network;

/// Passwords are compared without delaying anything else.
@Timeout(60)
class PasswordChecksTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress KNOWN = InetAddress.ofLiteral("198.51.100.1");
    private static final String GREETING = "220 relay.test ESMTP o365-relay\r\n";

    @TempDir
    Path directory;

    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger compared = new AtomicInteger();
    private PasswordChecks checks = new PasswordChecks(Duration.ZERO);
    private TestRelayFront front;

    @BeforeEach
    void open() throws Exception {
        front = TestRelayFront.in(directory);
    }

    @AfterEach
    void close() {
        go.countDown();
        checks.close();
        front.close();
    }

    @Test
    void comparesOnItsOwnThreadsAndStopsThemOnClose() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Check check = checks.begin(CLIENT, () -> {
            thread.complete(Thread.currentThread());
            return Result.VALID;
        });
        assertThat(check.result().join()).isEqualTo(Result.VALID);
        Thread of = thread.join();
        assertThat(of.isVirtual()).as("on a virtual thread").isFalse();
        assertThat(of.isDaemon()).isTrue();
        assertThat(of.getPriority()).isEqualTo(Thread.MIN_PRIORITY);
        checks.close();
        assertThat(of.join(Duration.ofSeconds(10))).as("ended").isTrue();
    }

    @Test
    void limitsPendingChecksToTwoPerClient() {
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
    void limitsPendingChecksOfUnknownClientsInTotal() {
        logIn(KNOWN);
        List<Check> waiting = new ArrayList<>();
        for (int i = 0; i < Standing.NEW.limit; i++) {
            waiting.add(checks.begin(client(i), this::waiting));
        }
        assertThat(checks.begin(CLIENT, this::waiting).result()).isCompletedWithValue(Result.BUSY);
        Check known = checks.begin(KNOWN, this::waiting);
        go.countDown();
        assertThat(waiting)
                .allSatisfy(check -> assertThat(check.result().join()).isEqualTo(Result.VALID));
        assertThat(known.result().join()).as("a slot is reserved").isEqualTo(Result.VALID);
    }

    @Test
    void refusesNoRightLoginWhileFortyAddressesGuess() {
        List<Check> guesses = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 40; i++) {
                guesses.add(checks.begin(client(i), PasswordChecksTest::guess));
                guesses.add(checks.begin(client(i), PasswordChecksTest::guess));
            }
            assertThat(checks.begin(KNOWN, () -> Result.VALID).result().join()).isEqualTo(Result.VALID);
            assertThat(checks.begin(client(100 + round), () -> Result.VALID)
                            .result()
                            .join())
                    .isEqualTo(Result.VALID);
        }
        assertThat(guesses).extracting(check -> check.result().join()).contains(Result.INVALID);
    }

    @Test
    void limitsGuessingFromManyAddressesToItsSlots() {
        List.of(client(0), client(1), client(2)).forEach(this::fail);
        for (int i = 10; i < 10 + Standing.GUESSING.limit; i++) {
            checks.begin(client(i), this::waiting);
        }
        assertThat(checks.begin(client(0), this::waiting).result()).isCompletedWithValue(Result.BUSY);
        assertThat(checks.begin(client(3), this::waiting).result()).isNotDone();
    }

    @Test
    void startsTheChecksOfKnownClientsFirstAndThoseOfGuessingOnesInTheirTurn() {
        logIn(KNOWN);
        fail(client(1));
        CountDownLatch busy = new CountDownLatch(2);
        for (int i = 50; i < 52; i++) { // occupies both threads
            checks.begin(client(i), () -> {
                busy.countDown();
                return waiting();
            });
        }
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        List<Check> all = new ArrayList<>();
        all.add(checks.begin(client(1), () -> noted(order, "guessing")));
        for (int i = 60; i < 70; i++) {
            all.add(checks.begin(client(i), () -> noted(order, "new")));
        }
        all.add(checks.begin(KNOWN, () -> noted(order, "known")));
        go.countDown();
        all.forEach(check -> check.result().join());
        assertThat(order.indexOf("known")).isLessThanOrEqualTo(4);
        assertThat(order.indexOf("guessing")).isBetween(0, 6);
    }

    @Test
    void aWrongPasswordDoesNotMoveTheOtherDevicesOfItsAddressToTheGuessingOnes() {
        LoginHistory history = new LoginHistory();
        Network network = Network.ofHost(KNOWN);
        for (int day = 0; day < 3; day++) {
            history.record(KNOWN, network, Result.VALID);
            for (int i = 1; i < LoginHistory.MAX_FAILURES; i++) {
                history.record(KNOWN, network, Result.INVALID);
                assertThat(history.standing(KNOWN, network)).isEqualTo(Standing.KNOWN);
            }
        }
        history.record(KNOWN, network, Result.INVALID);
        assertThat(history.standing(KNOWN, network)).isEqualTo(Standing.GUESSING);
    }

    @Test
    void countsTheGuessesOfAnIpv6NetworkTogether() {
        logIn(InetAddress.ofLiteral("2001:db8::1"));
        for (int host = 2; host < 2 + PasswordChecks.MAX_PER_NETWORK; host++) {
            assertThat(checks.begin(InetAddress.ofLiteral("2001:db8::" + host), this::waiting)
                            .result())
                    .isNotDone();
        }
        assertThat(checks.begin(InetAddress.ofLiteral("2001:db8::99"), this::waiting)
                        .result())
                .isCompletedWithValue(Result.BUSY);
        assertThat(checks.begin(InetAddress.ofLiteral("2001:db8::1"), this::waiting)
                        .result())
                .as("known")
                .isNotDone();
        assertThat(checks.begin(InetAddress.ofLiteral("2001:db8:0:1::1"), this::waiting)
                        .result())
                .as("of another network")
                .isNotDone();
    }

    @Test
    void completesAFailedComparisonThatWasRunningWhenItWasClosed() {
        checks.close();
        checks = new PasswordChecks(Duration.ofHours(1));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Check running = checks.begin(CLIENT, () -> {
            begun.countDown();
            awaitUninterruptibly(closed);
            return Result.INVALID;
        });
        assertThat(begun).satisfies(CountDownLatch::await);
        checks.close();
        closed.countDown();
        assertThat(running.result().join()).isEqualTo(Result.INVALID);
        assertThat(checks.begin(CLIENT, () -> Result.VALID).result()).isCompletedWithValue(Result.UNAVAILABLE);
    }

    @Test
    void skipsACancelledCheck() {
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
    void delaysAFailedCheckEvenIfItIsCancelled() {
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
        assertThat(wrong.result().join()).as("counts anyway").isEqualTo(Result.INVALID);
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(pause.toNanos());
    }

    @Test
    void continuesWithOtherClientsDuringTheDelay() {
        checks.close();
        checks = new PasswordChecks(Duration.ofHours(1));
        List<Check> wrong =
                List.of(checks.begin(CLIENT, () -> Result.INVALID), checks.begin(CLIENT, () -> Result.INVALID));
        assertThat(checks.begin(client(1), () -> Result.VALID).result().join()).isEqualTo(Result.VALID);
        assertThat(wrong).noneMatch(check -> check.result().isDone());
        assertThat(checks.begin(CLIENT, () -> Result.VALID).result())
                .as("guessing over more connections is not faster")
                .isCompletedWithValue(Result.BUSY);
    }

    @Test
    void reportsUnavailableWhenTheComparisonFails() {
        Check check = checks.begin(CLIENT, () -> {
            throw new IllegalStateException("broken");
        });
        assertThat(check.result().join()).isEqualTo(Result.UNAVAILABLE);
    }

    @Test
    void rejectsTooManyConcurrentLoginsTemporarily() {
        checks.begin(CLIENT, this::waiting);
        checks.begin(CLIENT, this::waiting);
        try (SteppedConnection client = waitingClient()) {
            assertThat(client.said())
                    .isEqualTo(GREETING + "454 4.7.0 Temporary authentication failure: too many concurrent logins\r\n");
        }
    }

    @Test
    void skipsTheCheckOfAClientThatDisconnected() {
        keepThreadsBusy();
        try (SteppedConnection client = waitingClient()) {
            client.disconnect();
            assertThat(front.journal().rejected())
                    .extracting(rejected -> rejected.reply().toString())
                    .containsExactly("454 4.7.0 Temporary authentication failure: client disconnected");
        }
    }

    @Test
    void skipsTheCheckOfAClientThatClosedItsOutput() {
        keepThreadsBusy();
        try (SteppedConnection client = waitingClient()) {
            client.endInput();
            assertThat(client.said())
                    .isEqualTo(GREETING + "454 4.7.0 Temporary authentication failure: client disconnected\r\n");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void checksThePasswordIfTheClientSentMoreBeforeItClosedItsOutput() {
        keepThreadsBusy();
        try (SteppedConnection client = waitingClient()) {
            client.send("NOOP\r\n");
            client.endInput();
            assertThat(client.said()).as("not answered yet").isEqualTo(GREETING);
            go.countDown();
            client.awaitEnd();
            assertThat(client.said()).isEqualTo(GREETING + "235 2.7.0 Authentication successful\r\n250 2.0.0 Ok\r\n");
        }
    }

    private void keepThreadsBusy() {
        checks.begin(client(1), this::waiting);
        checks.begin(client(2), this::waiting);
    }

    /// A client that has sent the right password and waits for the reply.
    private SteppedConnection waitingClient() {
        FrontSettings settings =
                FrontSettings.DEFAULTS.with(AuthPolicy.REQUIRED).withAuthWithoutTls();
        Users users = new Users(DialogSettings.USERS, InstantSource.fixed(TestRelayFront.NOW), checks);
        SteppedConnection client = new SteppedConnection(front, settings, users);
        client.send("AUTH PLAIN AHByaW50ZXIAczNjcmV0\r\n");
        return client;
    }

    private static Result guess() {
        return Result.INVALID;
    }

    private static Result noted(List<String> order, String standing) {
        order.add(standing);
        return Result.VALID;
    }

    private void logIn(InetAddress client) {
        assertThat(checks.begin(client, () -> Result.VALID).result().join()).isEqualTo(Result.VALID);
    }

    private void fail(InetAddress client) {
        assertThat(checks.begin(client, PasswordChecksTest::guess).result().join())
                .isEqualTo(Result.INVALID);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean open = false;
        while (!open) {
            try {
                latch.await();
                open = true;
            } catch (InterruptedException closing) {
                // closing the checks interrupts their threads
            }
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
