package org.o365relay.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.time.BuildTime;

class ArrivalTest {

    /// Times are days after the build.
    @ParameterizedTest
    @CsvSource(textBlock = """
        10,     12,     10, later by days
        12,     12,     12, at once
        12.04,  12,     12.04, the clock was set back by less than an hour
        12.05,  12,     12, the clock was ahead when the message was received
        -20000, 12,     12, received in 1971
        -0.001, 12,     12, received just before the build
        0,      12,     0,  received when the relay was built
        -20000, -19999, -20000, the clock is still wrong
        12,     -20000, 12, the clock was right only when the message was received
        """)
    void hasTheTimeOfDeliveryIfItsOwnIsNotPlausible(double received, double now, double expected, String what) {
        Arrival arrival = new Arrival(at(received), InetAddress.getLoopbackAddress(), "printer", "ESMTP");
        assertThat(arrival.plausibleAt(at(now)))
                .as(what)
                .isEqualTo(new Arrival(at(expected), arrival.client(), arrival.helo(), arrival.protocol()));
    }

    private static Instant at(double days) {
        return BuildTime.AT.plus(Duration.ofSeconds(Math.round(days * 86_400)));
    }
}
