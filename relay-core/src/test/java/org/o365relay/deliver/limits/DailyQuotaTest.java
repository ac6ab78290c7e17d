package org.o365relay.deliver.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.o365relay.ManualClock;
import org.o365relay.mail.UsageSlot;

class DailyQuotaTest {

    private final ManualClock clock = new ManualClock("2026-11-21T08:05:00Z");

    @Test
    void isUsedUpAndFreeAgainAfterADay() {
        DailyQuota allowance = new DailyQuota(10, List.of(), clock);
        send(allowance, 8);
        Instant room = allowance.reserve(3).orElseThrow();
        assertThat(room).isEqualTo(Instant.parse("2026-11-22T08:10:00Z"));
        assertThat(allowance.reserve(2)).as("wait for two that fit").isEmpty();
        allowance.settle(2, 0);
        clock.advance(Duration.between(clock.instant(), room));
        assertThat(allowance.reserve(3)).isEmpty();
    }

    @Test
    void countsRecipientsSentBeforeTheStart() {
        List<UsageSlot> before = List.of(
                new UsageSlot(Instant.parse("2026-11-20T09:00:00Z"), 4),
                new UsageSlot(Instant.parse("2026-11-21T07:50:00Z"), 6));
        DailyQuota allowance = new DailyQuota(10, before, clock);
        assertThat(allowance.reserve(5)).contains(Instant.parse("2026-11-22T08:00:00Z"));
        assertThat(allowance.reserve(1)).contains(Instant.parse("2026-11-21T09:10:00Z"));
    }

    @Test
    void reservesRoomForAttemptsInFlight() {
        DailyQuota allowance = new DailyQuota(10, List.of(), clock);
        allowance.reserve(6);
        assertThat(allowance.reserve(6)).isPresent();
        allowance.settle(6, 2);
        assertThat(allowance.reserve(6)).isEmpty();
    }

    @Test
    void waitsOnlyAMinuteForReservedQuota() {
        DailyQuota allowance = new DailyQuota(10, List.of(), clock);
        send(allowance, 4);
        allowance.reserve(5);
        assertThat(allowance.reserve(2)).contains(clock.instant().plus(Duration.ofMinutes(1)));
        assertThat(allowance.hasReservations()).isTrue();
        assertThat(allowance.fullUntil(1)).isEmpty();
        allowance.settle(5, 5);
        assertThat(allowance.reserve(2)).contains(Instant.parse("2026-11-22T08:10:00Z"));
    }

    @Test
    void admitsAMessageLargerThanTheLimitIfTheQuotaIsUnused() {
        DailyQuota allowance = new DailyQuota(10, List.of(), clock);
        send(allowance, 1);
        assertThat(allowance.reserve(11)).contains(Instant.parse("2026-11-22T08:10:00Z"));
        clock.advance(Duration.ofHours(25));
        assertThat(allowance.reserve(11)).isEmpty();
    }

    @Test
    void isNotExtendedWhenTheClockIsSetBack() {
        DailyQuota allowance = new DailyQuota(10, List.of(), clock.steady());
        send(allowance, 10);
        clock.jump(Duration.ofDays(-30));
        assertThat(allowance.reserve(1)).contains(Instant.parse("2026-11-22T08:10:00Z"));
    }

    @Test
    void hasNoLimitIfNoneIsConfigured() {
        DailyQuota allowance = new DailyQuota(null, List.of(), clock);
        send(allowance, 1_000_000);
        assertThat(allowance.reserve(1_000_000)).isEmpty();
    }

    private static void send(DailyQuota allowance, int recipients) {
        assertThat(allowance.reserve(recipients)).isEmpty();
        allowance.settle(recipients, recipients);
    }
}
