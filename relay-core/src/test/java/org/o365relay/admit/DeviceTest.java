package org.o365relay.admit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.ManualClock;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.UsageSlot;

@Timeout(60)
class DeviceTest {

    private static final InetAddress PRINTER = InetAddress.ofLiteral("192.168.10.7");

    private final ManualClock clock = new ManualClock("2026-03-01T08:03:20.500Z");
    private final Devices devices = new Devices(clock.steady());
    private final Device printer = devices.at(PRINTER);
    private final Deque<LocalDate> acceptedOn = new ArrayDeque<>();

    /// Steps: `m` begins a message, `r` reserves a recipient, `a` accepts a message with one recipient,
    /// reserved before or not, `w` withdraws it, `l` releases a recipient, `+5m` waits, `!5m` sets the clock. A
    /// capital letter means that the step is refused.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        2 |   |   | m m M +59s M +2s m m M              | messages count for a minute
        2 |   |   | m +30s m M +31s m M +30s m          | and each for its own
        0 |   |   | M +24h M                            | none is none
        1 |   |   | m +24h m M +61s m                   | it does not matter how long it was silent
          |   |   | m m m r r r r a                     | no limit is no limit
          | 2 |   | ra ra R +60m R +10m r               | recipients count for an hour
          | 2 |   | ra +30m ra R +40m ra R +30m ra R    | and each for its own
          | 2 |   | r r R l r R                         | what is set aside counts until it is given back
          | 2 |   | r r R +25h R                        | however long
          | 2 |   | ra raw r R                          | what the queue could not take does not count
          | 2 |   | ra ra +9m w r R                     | even if it was counted ten minutes ago
          |   | 2 | ra ra R +24h R +10m r               | recipients count for a day
          |   | 2 | ra ra +12h R +12h R +9m r r R       | which begins with the recipient and not at midnight
          | 9 | 2 | ra ra R +2h R                       | the day's limit holds beside the hour's
          | 1 | 2 | ra R +70m ra +70m R                 | and the hour's beside the day's
          |   | 0 | R +48h R                            | none is none
        2 |   |   | m m M !480h M +59s !-480h M +2s m   | setting the clock frees no message
        1 |   |   | m !-9999h M +61s m                  | and holds none
          | 2 |   | ra ra !480h R +60m !-2h R +10m r    | nor recipients of an hour
          |   | 2 | ra ra !480h R +24h !-480h R +10m r  | or a day
        """)
    void enforcesTheLimits(
            @Nullable Integer perMinute,
            @Nullable Integer perHour,
            @Nullable Integer perDay,
            String steps,
            String because) {
        DeviceLimits limits = new DeviceLimits(10, perMinute, perHour, perDay);
        for (String step : steps.split(" ", -1)) {
            if (step.startsWith("+")) {
                clock.advance(time(step));
                continue;
            }
            if (step.startsWith("!")) {
                clock.jump(time(step));
                continue;
            }
            for (int i = 0; i < step.length(); i++) {
                act(step.charAt(i), limits, because + ", at " + clock.instant());
            }
        }
    }

    private static Duration time(String step) {
        return Duration.parse("PT" + step.substring(1).toUpperCase(Locale.ROOT));
    }

    private void act(char action, DeviceLimits limits, String because) {
        switch (action) {
            case 'm' -> assertThat(printer.beginMessage(limits)).as(because).isEmpty();
            case 'M' -> assertThat(printer.beginMessage(limits)).as(because).isPresent();
            case 'r' -> assertThat(printer.reserveRecipient(limits)).as(because).isEmpty();
            case 'R' -> assertThat(printer.reserveRecipient(limits)).as(because).isPresent();
            case 'a' -> acceptedOn.add(printer.messageAccepted(1, 1, 100));
            case 'w' -> printer.rollBack(acceptedOn.removeLast(), 1, 100);
            case 'l' -> printer.release(1);
            default -> throw new IllegalArgumentException(String.valueOf(action));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        2 | - | - | messages-per-minute | 2026-03-01T08:04:21Z
        - | 2 | - | recipients-per-hour | 2026-03-01T09:10:00Z
        - | - | 2 | recipients-per-day  | 2026-03-02T08:10:00Z
        - | 2 | 2 | recipients-per-day  | 2026-03-02T08:10:00Z
        """)
    void reportsTheExceededLimitAndWhenItEnds(
            @Nullable Integer perMinute,
            @Nullable Integer perHour,
            @Nullable Integer perDay,
            String limit,
            Instant until) {
        DeviceLimits limits = new DeviceLimits(10, perMinute, perHour, perDay);
        assertThat(send(limits)).isNull();
        clock.advance(Duration.ofSeconds(20));
        assertThat(send(limits)).isNull();

        assertThat(send(limits)).isEqualTo(new LimitExceeded(limit, 2, until));

        clock.advance(Duration.between(clock.instant(), until).minusMillis(1));
        assertThat(send(limits)).isNotNull();
        clock.advance(Duration.ofMillis(1));
        assertThat(send(limits)).isNull();
    }

    private @Nullable LimitExceeded send(DeviceLimits limits) {
        LimitExceeded excess = printer.beginMessage(limits)
                .or(() -> printer.reserveRecipient(limits))
                .orElse(null);
        if (excess == null) {
            printer.messageAccepted(1, 1, 1);
        }
        return excess;
    }

    @Test
    void neverExceedsTheLimitInAnyHourAndIsNotTooStrict() {
        DeviceLimits limits = new DeviceLimits(10, null, 7, null);
        Random random = new Random(20260301);
        List<Instant> sent = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            clock.advance(Duration.ofMillis(random.nextInt(600_000)));
            boolean isLetThrough = send(limits) == null;
            assertThat(since(sent, Duration.ofHours(1)) < 7 || !isLetThrough).isTrue();
            assertThat(since(sent, Duration.ofMinutes(70)) >= 7 || isLetThrough).isTrue();
            if (isLetThrough) {
                sent.add(clock.instant());
            }
        }
        assertThat(sent).hasSizeGreaterThan(5_000);
    }

    private long since(List<Instant> sent, Duration window) {
        Instant start = clock.instant().minus(window);
        return sent.reversed().stream().takeWhile(at -> at.isAfter(start)).count();
    }

    @ParameterizedTest
    @CsvSource({"PT-1S", "PT-9M", "PT-2H", "PT-23H", "P-1D", "P-400D"})
    void limitsHoldButDoNotLastLongerWhenTheClockIsSetBack(Duration back) {
        DeviceLimits limits = new DeviceLimits(10, 4, null, 4);
        for (int i = 0; i < 4; i++) {
            assertThat(send(limits)).isNull();
            clock.advance(Duration.ofSeconds(10));
        }
        clock.advance(back);
        LimitExceeded excess = printer.reserveRecipient(limits).orElseThrow();
        assertThat(excess.until()).isBetween(clock.instant(), clock.instant().plus(UsageSlot.RETENTION));
        assertThat(printer.beginMessage(limits).orElseThrow().until())
                .isBetween(clock.instant(), clock.instant().plusSeconds(61));
        clock.advance(Duration.ofSeconds(61));
        assertThat(printer.beginMessage(limits)).isEmpty();
        clock.advance(UsageSlot.RETENTION);
        assertThat(printer.reserveRecipient(limits)).isEmpty();
    }

    @Test
    void parallelSessionsCannotExceedTheLimit() throws InterruptedException {
        DeviceLimits limits = new DeviceLimits(100, null, 5_000, 5_000);
        AtomicInteger accepted = new AtomicInteger();
        List<Thread> sessions = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            sessions.add(Thread.ofPlatform().start(() -> {
                for (int message = 0; message < 400; message++) {
                    int reserved = 0;
                    while (reserved < 3 && printer.reserveRecipient(limits).isEmpty()) {
                        reserved++;
                    }
                    if (reserved < 3 || message % 5 == 0) {
                        printer.release(reserved);
                    } else {
                        accepted.addAndGet(reserved);
                        printer.messageAccepted(reserved, reserved, 10);
                    }
                }
            }));
        }
        for (Thread session : sessions) {
            session.join();
        }
        assertThat(accepted.get()).isBetween(4_900, 5_000);
        assertThat(devices.records().getFirst().recipientsInLastDay(clock.instant()))
                .isEqualTo(accepted.get());
        assertThat(printer.isInUse()).as("has reserved recipients").isFalse();
    }

    @Test
    void countsMessagesRejectionsAndDeviations() {
        printer.setHelo("MFP-2nd-floor");
        printer.deviated(Deviation.BARE_LINE_FEED);
        printer.deviated(Deviation.BARE_LINE_FEED);
        printer.deviated(Deviation.NO_DATE);
        clock.advance(Duration.ofMinutes(5));
        printer.messageAccepted(3, 3, 1_000);
        LocalDate day = printer.messageAccepted(2, 2, 500);
        printer.rollBack(day, 2, 500);
        clock.advance(Duration.ofMinutes(1));
        printer.rejected();

        DeviceRecord record = devices.records().getFirst();
        assertThat(record.address()).isEqualTo(PRINTER);
        assertThat(record.helo()).isEqualTo("MFP-2nd-floor");
        assertThat(record.firstSeen()).isEqualTo("2026-03-01T08:03:20.500Z");
        assertThat(record.lastSeen()).isEqualTo("2026-03-01T08:09:20.500Z");
        assertThat(record.messages()).isEqualTo(1);
        assertThat(record.octets()).isEqualTo(1_000);
        assertThat(record.rejections()).isEqualTo(1);
        assertThat(record.deviations())
                .containsOnly(Map.entry(Deviation.BARE_LINE_FEED, 2L), Map.entry(Deviation.NO_DATE, 1L));
        assertThat(record.usage()).containsExactly(new UsageSlot(Instant.parse("2026-03-01T08:00:00Z"), 3));
        assertThat(printer.toRecord().deviations()).containsKey(Deviation.NO_DATE);
        assertThat(printer.toRecord().deviations()).doesNotContainKey(Deviation.NUL);
    }
}
