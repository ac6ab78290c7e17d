package org.o365relay.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.o365relay.ManualClock;
import org.o365relay.journal.Journal.Delivery;
import org.o365relay.journal.Journal.ExceededLimit;
import org.o365relay.journal.Rates.Rate;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

class RatesTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");
    private static final EmailAddress ANNA = new EmailAddress("anna", "contoso.example");
    private static final Reply REPLY = Reply.of(550, "5.7.1", "No");
    private static final Delivery DELIVERY = new Delivery(
            new QueueId(1), CLIENT, ANNA, ANNA, 1, "smtp.example", REPLY, "", 1, Duration.ofSeconds(1), "");

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:59Z");
    private final Rates rates = new Rates(clock);

    @Test
    void countsEachEventByItself() {
        accept();
        rates.rejected(CLIENT, "", null, null, REPLY);
        rates.limitExceeded(new ExceededLimit(CLIENT, "", "", null, null, "recipients-per-day", Instant.EPOCH, REPLY));
        times(3, () -> rates.delivered(DELIVERY));
        times(4, () -> rates.deferred(DELIVERY, Instant.EPOCH, false));
        times(5, () -> rates.failed(DELIVERY, null, false));

        assertThat(List.of(rates.accepted(), rates.rejected(), rates.delivered(), rates.deferred(), rates.failed()))
                .extracting(Rate::lastMinute)
                .containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void forgetsAfterAMinuteAnHourAndADay() {
        accept();
        clock.advance(Duration.ofSeconds(59));
        assertThat(rates.accepted()).isEqualTo(new Rate(1, 1, 1));
        clock.advance(Duration.ofSeconds(1));
        assertThat(rates.accepted()).isEqualTo(new Rate(0, 1, 1));
        clock.advance(Duration.ofMinutes(58));
        assertThat(rates.accepted()).isEqualTo(new Rate(0, 1, 1));
        clock.advance(Duration.ofMinutes(1));
        assertThat(rates.accepted()).isEqualTo(new Rate(0, 0, 1));
        clock.advance(Duration.ofHours(23).minusMinutes(1));
        assertThat(rates.accepted()).isEqualTo(new Rate(0, 0, 1));
        clock.advance(Duration.ofMinutes(1));
        assertThat(rates.accepted()).isEqualTo(new Rate(0, 0, 0));
    }

    @Test
    void usesASlotAgainWhenItsTimeComesRound() {
        accept();
        clock.advance(Duration.ofDays(1));
        accept();
        accept();

        assertThat(rates.accepted()).isEqualTo(new Rate(2, 2, 2));
    }

    @Test
    void countsNothingOfATimeToComeWhenTheClockIsSetBack() {
        accept();
        clock.advance(Duration.ofHours(-2));
        accept();

        assertThat(rates.accepted()).isEqualTo(new Rate(1, 1, 1));
    }

    @Test
    void losesNothingWhenManyCountAtOnce() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofPlatform().start(() -> times(20_000, this::accept)));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(rates.accepted()).isEqualTo(new Rate(160_000, 160_000, 160_000));
    }

    private void accept() {
        rates.accepted(
                new QueueId(1),
                new Arrival(Instant.EPOCH, CLIENT, "", "SMTP"),
                new Envelope(ANNA, List.of(ANNA), false),
                1);
    }

    private static void times(int count, Runnable event) {
        for (int i = 0; i < count; i++) {
            event.run();
        }
    }
}
