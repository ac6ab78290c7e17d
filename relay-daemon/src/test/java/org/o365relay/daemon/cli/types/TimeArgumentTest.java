package org.o365relay.daemon.cli.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class TimeArgumentTest {

    private final TimeArgument times =
            new TimeArgument(Instant.parse("2026-11-21T07:05:00Z"), ZoneId.of("Europe/Berlin"));

    @ParameterizedTest
    @CsvSource({
        "08:05, 2026-11-21T07:05:00Z",
        "8:05, 2026-11-21T07:05:00Z",
        "08:05:01, 2026-11-20T07:05:01Z",
        "17:42, 2026-11-20T16:42:00Z",
        "now, 2026-11-21T07:05:00Z",
        "today, 2026-11-20T23:00:00Z",
        "yesterday, 2026-11-19T23:00:00Z",
        "yesterday 17:42, 2026-11-20T16:42:00Z",
        "2026-11-20, 2026-11-19T23:00:00Z",
        "2026-11-20 17:42, 2026-11-20T16:42:00Z",
        "2026-11-20  9:42:07, 2026-11-20T08:42:07Z",
        "2026-11-20T17:42, 2026-11-20T16:42:00Z",
        "2026-11-20T17:42:00Z, 2026-11-20T17:42:00Z",
        "2026-11-20T17:42:00.123Z, 2026-11-20T17:42:00.123Z",
        "2026-11-20T17:42:00+01:00, 2026-11-20T16:42:00Z",
        "2026-07-01, 2026-06-30T22:00:00Z",
        "2026-03-29 02:30, 2026-03-29T01:30:00Z"
    })
    void parsesTimes(String text, Instant expected) {
        assertThat(times.parse(text)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "noon", "25:00", "2026-13-01", "2026-11-20 17:42 x", "8", "08:05 yesterday", "-", ":", "T"})
    void rejectsInvalidTimes(String text) {
        assertThat(times.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "45s, PT45S",
        "30m, PT30M",
        "30min, PT30M",
        "2h, PT2H",
        "1h30m, PT1H30M",
        "3d, PT72H",
        "2W, PT336H",
        "2 h, PT2H"
    })
    void parsesAges(String text, Duration expected) {
        assertThat(new AgeConverter().convert(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "h", "2x", "-2h", "1.5h", "2h!", "9999999h", "two hours"})
    void rejectsInvalidAges(String text) {
        assertThatThrownBy(() -> new AgeConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("'" + text + "' is not an age; use for example 30m, 2h, 3d, 1w");
    }
}
