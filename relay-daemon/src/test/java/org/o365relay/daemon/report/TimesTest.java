package org.o365relay.daemon.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TimesTest {

    private final Times times = new Times(Instant.parse("2026-11-21T07:05:00Z"), ZoneId.of("Europe/Berlin"));

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T07:04:59Z, 08:04, 08:04:59, 1 s ago",
        "2026-11-21T07:05:00Z, 08:05, 08:05:00, just now",
        "2026-11-21T07:17:30Z, 08:17, 08:17:30, in 12 min",
        "2026-11-20T23:00:00Z, 00:00, 00:00:00, 8 h 5 min ago",
        "2026-11-20T22:59:59Z, 2026-11-20 23:59, 2026-11-20 23:59:59, 8 h 5 min ago",
        "2026-11-21T19:05:00Z, 20:05, 20:05:00, in 12 h",
        "2026-11-21T19:05:01Z, 2026-11-21 20:05, 2026-11-21 20:05:01, in 12 h",
        "2026-11-22T07:05:00Z, 2026-11-22 08:05, 2026-11-22 08:05:00, in 24 h",
        "2026-10-25T00:30:00Z, 2026-10-25 02:30, 2026-10-25 02:30:00, 27 days ago"
    })
    void omitsTheDateIfTheTimeIsNearAndToday(Instant time, String shortly, String exactly, String away) {
        assertThat(times.of(time)).isEqualTo(shortly);
        assertThat(times.withSeconds(time)).isEqualTo(exactly);
        assertThat(times.relative(time)).isEqualTo(away);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T10:00:00Z, 10:00",
        "2026-11-21T09:59:59Z, 2026-11-21 09:59",
        "2026-11-21T00:00:00Z, 2026-11-21 00:00"
    })
    void addsTheDateToATimeOfTodayThatIsMoreThanTwelveHoursAgo(Instant time, String text) {
        Times lateInTheEvening = new Times(Instant.parse("2026-11-21T22:00:00Z"), ZoneId.of("UTC"));

        assertThat(lateInTheEvening.of(time)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 s",
        "59, 59 s",
        "60, 1 min",
        "3599, 59 min",
        "3600, 1 h",
        "7500, 2 h 5 min",
        "50400, 14 h",
        "172799, 47 h",
        "172800, 2 days",
        "-5, 0 s"
    })
    void formatsDurations(long seconds, String words) {
        assertThat(Times.format(Duration.ofSeconds(seconds))).isEqualTo(words);
    }
}
