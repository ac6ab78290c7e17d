package org.o365relay.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClockDifferenceTest {

    private static final Instant THERE = Instant.parse("2026-11-30T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "PT59S,    right",
        "-PT59S,   right",
        "PT1M,     60 s ahead",
        "-PT2M,    2 min behind",
        "PT1H,     1 h ahead",
        "-PT3H5M,  3 h 5 min behind",
        "P20D,     20 days ahead",
        "-P20786D, '20,786 days behind'"
    })
    void statesByHowMuchTheClockIsWrong(Duration ahead, String words) {
        Instant here = THERE.plus(ahead).plusMillis(300);
        assertThat(new ClockDifference(here, THERE).comparedWith("the sign-in service"))
                .isEqualTo("the clock of this machine is " + words + ": it says " + THERE.plus(ahead)
                        + ", the sign-in service says 2026-11-30T12:00:00Z");
    }

    @Test
    void statesTheLeastDifferenceIfACertificateIsNotValidYet() {
        assertThat(new ClockDifference(Instant.EPOCH, THERE).beforeValidity())
                .isEqualTo("the clock of this machine is at least 20,787 days behind: it says 1970-01-01T00:00:00Z, but"
                        + " the certificate is valid only from 2026-11-30T12:00:00Z");
    }

    @Test
    void readsTheDateOfAResponse() {
        assertThat(ClockDifference.ofHttp(Instant.EPOCH, "Mon, 30 Nov 2026 12:00:00 GMT"))
                .contains(new ClockDifference(Instant.EPOCH, THERE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "now", "Mon, 31 Feb 2026 12:00:00 GMT", "Tue, 30 Nov 2026 12:00:00 GMT", "1790000000"})
    void ignoresWhatIsNotADate(String text) {
        assertThat(ClockDifference.ofHttp(Instant.EPOCH, text)).isEmpty();
    }
}
