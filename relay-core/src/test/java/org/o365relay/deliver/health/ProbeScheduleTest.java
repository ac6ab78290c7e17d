package org.o365relay.deliver.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProbeScheduleTest {

    private final ProbeSchedule usual = new ProbeSchedule(Duration.ofSeconds(15), Duration.ofMinutes(1));

    @Test
    void signsInAtLeastOnceAMinute() {
        assertThat(usual.delay(1000)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void increasesTheDelayOfMessagesFromTheFifthFailedProbeOn() {
        int[] seconds = {15, 30, 60, 60, 60, 120, 240, 480, 900, 900};
        for (int probes = 0; probes < seconds.length; probes++) {
            assertThat(usual.messageDelay(probes)).isEqualTo(Duration.ofSeconds(seconds[probes]));
        }
    }

    @Test
    void neverShortensADelay() {
        ProbeSchedule hourly = new ProbeSchedule(Duration.ofHours(1), Duration.ofHours(1));
        assertThat(hourly.messageDelay(0)).isEqualTo(Duration.ofHours(1));
        assertThat(hourly.messageDelay(50)).isEqualTo(Duration.ofHours(1));
    }
}
