package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Effort;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.limits.ConcurrencyLimiter;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.time.SteadyClock;

class DispatcherTest {

    private static final String ALERT = "Subject: on battery\r\n\r\nUPS on battery\r\n";

    private static final Response WRONG_PASSWORD =
            FakeUpstream.upstream(Step.AUTH, "535 5.7.3 Authentication unsuccessful");

    private final List<Dispatcher> others = new ArrayList<>();
    private DeliveryFixture relay;
    private Dispatcher dispatcher;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        relay = new DeliveryFixture(directory);
        dispatcher = new Dispatcher(relay.queue.claims(), relay.sender, relay.delivery);
    }

    @AfterEach
    void close() {
        others.forEach(other -> other.stop(Duration.ofSeconds(5)));
        dispatcher.stop(Duration.ofSeconds(5));
        relay.close();
    }

    @Test
    void deliversMessagesQueuedBeforeAndAfterTheStart() throws Exception {
        relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        dispatcher.start();
        relay.journal.await("delivered", 1);
        relay.accept("ups@contoso.example", ALERT, "bert@contoso.example");
        assertThat(relay.journal.await("delivered", 2)).hasSize(2);
    }

    @Test
    void sendsNothingWhileTheMailboxIsBlocked() throws Exception {
        relay.upstream.answer(WRONG_PASSWORD);
        relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        dispatcher.start();
        relay.journal.await("blocked", 1);
        relay.accept("ups@contoso.example", ALERT, "bert@contoso.example");
        dispatcher.stop(Duration.ofSeconds(5));
        assertThat(relay.upstream.sent()).hasSize(1);
        assertThat(relay.due()).as("both are still queued").hasSize(2);
    }

    @Test
    void neverRunsMoreDeliveriesThanConnections() throws Exception {
        for (int i = 0; i < 50; i++) {
            relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        }
        dispatcher.start();
        assertThat(relay.journal.await("delivered", 50)).doesNotHaveDuplicates();
        assertThat(relay.upstream.mostAtOnce()).isLessThanOrEqualTo(2);
    }

    @Test
    void recordsAPossibleDuplicateAndRetriesSoonIfADeliveryThrows() throws Exception {
        CountDownLatch handedOver = new CountDownLatch(1);
        relay.upstream.answer(_ -> {
            handedOver.countDown();
            throw new StackOverflowError("a bug");
        });
        QueueId id = relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        dispatcher.start();
        assertThat(handedOver.await(20, TimeUnit.SECONDS)).isTrue();
        dispatcher.stop(Duration.ofSeconds(20));

        assertThat(relay.queue.notices().history(id)).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo("interrupted");
            assertThat(event.uncertain()).isTrue();
        });
        relay.clock.advance(Duration.ofMinutes(1));
        assertThat(relay.due())
                .singleElement()
                .satisfies(claim -> assertThat(claim.attempts()).isEqualTo(2));
    }

    @Test
    void releasesConnectionsIfTheQueueFails() throws Exception {
        relay.queue.close();
        dispatcher.start();
        dispatcher.stop(Duration.ofSeconds(20));
        assertThat(relay.sender.account().concurrencyLimiter().acquire(5, Duration.ZERO))
                .isEqualTo(2);
    }

    @Test
    @Timeout(20)
    void doesNotWaitAgainIfItHasStopped() {
        dispatcher.start();
        dispatcher.stop(Duration.ofHours(1));
        dispatcher.stop(Duration.ofHours(1));
    }

    @Test
    void closesIdleConnectionsBeforeDeliveriesInFlightHaveEnded() throws Exception {
        CountDownLatch inFlight = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        relay.upstream.answer(_ -> {
            inFlight.countDown();
            await(answered);
            return FakeUpstream.OK;
        });
        relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        dispatcher.start();
        await(inFlight);
        Thread stopping = Thread.ofVirtual().start(() -> dispatcher.stop(Duration.ofHours(1)));
        assertThat(relay.upstream.awaitClose()).isTrue();
        assertThat(relay.journal.lines("delivered")).isEmpty();
        answered.countDown();
        assertThat(stopping.join(Duration.ofSeconds(20))).isTrue();
        assertThat(relay.journal.lines("delivered")).hasSize(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void appliesOtherSettingsToMailThatWaitsForAConnection() throws Exception {
        ConcurrencyLimiter connections = relay.sender.account().concurrencyLimiter();
        connections.acquire(2, Duration.ZERO);
        relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        relay.clock.advance(LimitReporter.MIN_WAIT);
        dispatcher.start();
        relay.journal.await("limitReached", 1); // from now on, it waits for a connection

        DeliveryFixture.Member changed = relay.renamed("other.contoso.example");
        dispatcher.use(changed.sender(), changed.delivery());
        connections.release(2);

        relay.journal.await("delivered", 1);
        assertThat(relay.upstream.sent())
                .singleElement()
                .satisfies(sent -> assertThat(sent.content()).contains("by other.contoso.example"));
    }

    @Test
    void resumesByItselfWhenSigningInWorksAgain() throws Exception {
        relay.upstream.answer(WRONG_PASSWORD).failCheck(WRONG_PASSWORD);
        relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        start(DeliveryFixture.MAILBOX, DeliveryFixture.UNLIMITED, relay.upstream);
        relay.journal.await("delivered", 1);
        assertThat(relay.journal.events()).containsExactly("blocked", "unblocked", "delivered");
        assertThat(relay.upstream.checks()).isEqualTo(2);
    }

    @Test
    void failsOverAndBack() throws Exception {
        relay.upstream.answer(FakeUpstream.network(Step.CONNECT));
        relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        FakeUpstream spare = new FakeUpstream("spare.example", 2);
        start(DeliveryFixture.MAILBOX, DeliveryFixture.UNLIMITED, relay.upstream, spare);
        relay.journal.await("delivered", 1);
        relay.journal.await("failback", 1);
        relay.accept("ups@contoso.example", ALERT, "bert@contoso.example");
        relay.journal.await("delivered", 2);
        assertThat(spare.sent()).hasSize(1);
        assertThat(relay.upstream.sent()).hasSize(2);
    }

    @Test
    void returnsMessagesToThePoolWhenTheMailboxIsBlocked() throws Exception {
        FakeUpstream broken = new FakeUpstream("broken.example", 2).answer(WRONG_PASSWORD);
        IntStream.range(0, 100).forEach(_ -> broken.failCheck(WRONG_PASSWORD));
        relay.acceptForPool(ALERT, "anna@contoso.example");
        start(DeliveryFixture.address("a@contoso.example"), DeliveryFixture.UNLIMITED, broken);
        relay.journal.await("blocked", 1);
        start(DeliveryFixture.address("b@contoso.example"), DeliveryFixture.UNLIMITED, relay.upstream);
        relay.journal.await("delivered", 1);
        assertThat(relay.upstream.sent()).hasSize(1);
    }

    @Test
    void claimsNothingWhilePausedAndResumesAtOnce() throws Exception {
        relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        dispatcher.pause(relay.clock.instant(), "admin");
        dispatcher.start();
        assertThat(relay.due())
                .as("no other mailbox has claimed it")
                .hasSize(1)
                .allSatisfy(relay.queue.claims()::putBack);
        assertThat(dispatcher.status().state()).isEqualTo(MailboxStatus.State.PAUSED);

        assertThat(dispatcher.resume().probes()).isEmpty();
        assertThat(dispatcher.isPaused()).isFalse();
        relay.journal.await("delivered", 1);
        assertThat(relay.upstream.sent()).hasSize(1);
    }

    @Test
    void returnsMessagesToThePoolWhenAnOperatorPausesTheMailbox() throws Exception {
        relay.acceptForPool(ALERT, "anna@contoso.example");
        relay.upstream.answer(FakeUpstream.network(Step.MAIL));
        relay.deliverDue(); // it is the mailbox's from now on
        relay.clock.advance(Duration.ofHours(1));
        dispatcher.pause(relay.clock.instant(), "admin");
        FakeUpstream other = new FakeUpstream("other.example", 2);
        EmailAddress mailbox = DeliveryFixture.address("b@contoso.example");
        SendingAccount account =
                new SendingAccount(mailbox.toString(), DeliveryFixture.UNLIMITED, List.of(), relay.clock);

        relay.deliverDue(relay.member(mailbox, List.of(other), account, DeliveryFixture.PROBES, relay.queue.clock()));

        assertThat(other.sent()).hasSize(1);
    }

    @Test
    void sharesThePoolsMessagesUnderTheLimitsOfEachMailbox() throws Exception {
        FakeUpstream second = new FakeUpstream("second.example", 2);
        IntStream.range(0, 20).forEach(_ -> relay.acceptForPool(ALERT, "anna@contoso.example"));
        start(DeliveryFixture.address("a@contoso.example"), new AccountLimits(1, 5, 2, null), relay.upstream);
        start(DeliveryFixture.address("b@contoso.example"), new AccountLimits(1, 7, 2, null), second);
        relay.journal.await("delivered", 12);
        assertThat(relay.upstream.sent()).hasSize(5);
        assertThat(second.sent()).hasSize(7);
    }

    /// A rate of 30 messages a minute, 300 times as fast.
    @Test
    void sendsABurstInOrderAtTheRateOfTheMailbox() throws Exception {
        AccountLimits limits = new AccountLimits(9_000, 30, 1, null);
        int messages = Effort.rounds(600, 2000);
        for (int i = 0; i < messages; i++) {
            relay.accept("ups@contoso.example", ALERT, i + "@contoso.example");
        }
        long begin = System.nanoTime();
        start(DeliveryFixture.MAILBOX, limits, relay.upstream);
        relay.journal.await("delivered", messages);
        double seconds = (System.nanoTime() - begin) / 1e9;

        assertThat(relay.upstream.sent())
                .extracting(
                        sent -> sent.message().recipients().getFirst().address().localPart())
                .containsExactlyElementsOf(
                        IntStream.range(0, messages).mapToObj(Integer::toString).toList());
        // at this speed, it may be the disk that delays the messages, whenever the dispatcher looks at the limit
        assertThat(relay.journal.events()).isSubsetOf("delivered", "limitReached");
        assertThat(relay.journal.lines("limitReached")).as("once for all").hasSizeLessThanOrEqualTo(1);
        double due = (messages - limits.burst()) / 150.0;
        assertThat(seconds).as("not faster").isGreaterThan(due * 0.98);
        assertThat(seconds).as("not much slower").isLessThan(due * 1.5);
    }

    /// Uses the system clock, and probes after a few milliseconds.
    private void start(EmailAddress mailbox, AccountLimits limits, FakeUpstream... upstreams) {
        SteadyClock time = SteadyClock.system();
        SendingAccount account = new SendingAccount(mailbox.toString(), limits, List.of(), time);
        ProbeSchedule probes = new ProbeSchedule(Duration.ofMillis(20), Duration.ofMillis(20));
        DeliveryFixture.Member member = relay.member(mailbox, List.of(upstreams), account, probes, time);
        Dispatcher another = new Dispatcher(relay.queue.claims(), member.sender(), member.delivery());
        others.add(another);
        another.start();
    }

    @Test
    void wakesUpForADeferredMessage() throws Exception {
        relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        var claim = relay.due().getFirst();
        relay.queue.claims().awaitDue(relay.sender.claimScope(), Duration.ZERO); // the message's own arrival
        relay.upstream.answer(FakeUpstream.network(Step.MAIL));
        Thread waiting = Thread.ofVirtual().start(this::awaitDue);

        relay.deliver(claim);

        assertThat(waiting.join(Duration.ofSeconds(20))).isTrue();
    }

    private void awaitDue() {
        try {
            relay.queue.claims().awaitDue(relay.sender.claimScope(), Duration.ofHours(1));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
