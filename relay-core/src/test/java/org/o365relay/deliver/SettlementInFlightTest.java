package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.QueueException;

/// A settlement that was submitted, but is not on disk yet. The mailbox has one connection.
@Timeout(60)
class SettlementInFlightTest {

    private static final String ALERT = "Subject: on battery\r\n\r\nUPS on battery\r\n";

    private DeliveryFixture relay;
    private HeldSettlements settlements;
    private Dispatcher dispatcher;
    private QueueId first;

    @BeforeEach
    void submitTheSettlementOfTheFirstMessage(@TempDir Path directory) throws Exception {
        relay = new DeliveryFixture(directory, new AccountLimits(null, 1, 1, null));
        settlements = new HeldSettlements(relay.queue.claims());
        dispatcher = new Dispatcher(settlements, relay.sender, relay.delivery(settlements));
        first = relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        dispatcher.start();
        assertThat(settlements.submitted.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @AfterEach
    void close() {
        settlements.write();
        dispatcher.stop(Duration.ofSeconds(20));
        relay.close();
    }

    @Test
    void deliversTheNextMessageOverTheSameConnection() throws Exception {
        QueueId second = relay.accept("ups@contoso.example", ALERT, "bert@contoso.example");
        assertThat(relay.journal.await("delivered", 1))
                .singleElement()
                .asString()
                .contains(second.toString());

        settlements.write();
        assertThat(relay.journal.await("delivered", 2)).last().asString().contains(first.toString());
        stopped();
        assertConnectionsAreFree();
        assertThat(relay.upstream.mostAtOnce()).isEqualTo(1);
    }

    @Test
    void retriesAMessageWhoseSettlementFailsAndReturnsItsConnectionOnce() throws Exception {
        settlements.fail(new QueueException("the lease has ended"));
        stopped();
        assertConnectionsAreFree();
        assertThat(relay.journal.lines("delivered")).isEmpty();
        assertThat(relay.queue.notices().history(first)).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo("interrupted");
            assertThat(event.uncertain()).isTrue();
        });
        relay.clock.advance(Duration.ofMinutes(1));
        assertThat(relay.due()).hasSize(1);
    }

    @Test
    void holdsAMessageWhoseSettlementFailsBecauseOfDamage() throws Exception {
        settlements.fail(new QueueException(new IOException("malformed"), true));
        stopped();
        assertConnectionsAreFree();
        relay.clock.advance(Duration.ofDays(1));
        assertThat(relay.due()).isEmpty();
        assertThat(relay.upstream.sent()).hasSize(1);
    }

    @Test
    void waitsForTheSettlementWhenItStops() throws Exception {
        Thread stopping = Thread.ofVirtual().start(() -> dispatcher.stop(Duration.ofHours(1)));
        assertThat(relay.upstream.awaitClose()).isTrue();
        assertThat(relay.journal.lines("delivered")).isEmpty();
        assertThat(stopping.isAlive()).isTrue();

        settlements.write();
        assertThat(stopping.join(Duration.ofSeconds(20))).isTrue();
        assertThat(relay.journal.lines("delivered")).hasSize(1);
    }

    @Test
    void settlesAMessageAfterAStopThatDidNotWait() throws Exception {
        dispatcher.stop(Duration.ofMillis(1));
        settlements.write();
        relay.journal.await("delivered", 1);
        relay.clock.advance(Duration.ofDays(1));
        assertThat(relay.due()).isEmpty();
    }

    private void stopped() {
        dispatcher.stop(Duration.ofSeconds(20));
    }

    private void assertConnectionsAreFree() throws Exception {
        assertThat(relay.sender.account().concurrencyLimiter().acquire(5, Duration.ZERO))
                .isEqualTo(1);
        assertThat(relay.sender.failover().freeSlots()).isEqualTo(2);
    }
}
