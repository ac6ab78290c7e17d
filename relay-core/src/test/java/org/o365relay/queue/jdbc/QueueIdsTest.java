package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.ManualClock;
import org.o365relay.mail.QueueId;

class QueueIdsTest {

    @Test
    void idsAscendWithinAMillisecondAndWhenTheClockIsSetBack() {
        ManualClock clock = new ManualClock("2026-03-01T08:00:00Z");
        QueueIds ids = new QueueIds(clock, new Random(1), 0);
        Stream<QueueId> burst = Stream.generate(ids::next).limit(1_000);
        Stream<QueueId> afterwards = Stream.of(Duration.ofMillis(1), Duration.ofHours(-1), Duration.ofHours(2))
                .map(step -> {
                    clock.advance(step);
                    return ids.next();
                });
        assertThat(Stream.concat(burst, afterwards)).isSorted().doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2039-12-01T00:00:00Z", "2109-01-01T00:00:00Z"})
    void idsAreAvailableUntilTheYear2109(String when) {
        QueueIds ids = new QueueIds(new ManualClock(when), new Random(1), 0);
        assertThat(ids.next().value())
                .isGreaterThan(Instant.parse("2026-03-01T08:00:00Z").toEpochMilli() << 21);
    }
}
