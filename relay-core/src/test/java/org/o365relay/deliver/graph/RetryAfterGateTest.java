package org.o365relay.deliver.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.ManualClock;
import org.o365relay.deliver.upstream.AttemptAbortedException;

class RetryAfterGateTest {

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private final RetryAfterGate gate = new RetryAfterGate(clock.steady());

    private void record(String retryAfter, String date) {
        Map<String, List<String>> headers = new HashMap<>(Map.of("Retry-After", List.of(retryAfter)));
        if (!date.isEmpty()) {
            headers.put("Date", List.of(date));
        }
        gate.record(new GraphResponse(429, HttpHeaders.of(headers, (_, _) -> true), new byte[0], null));
    }

    private void waitsFor(int seconds) {
        assertThatThrownBy(gate::check)
                .isInstanceOf(AttemptAbortedException.class)
                .hasMessageContaining(seconds + " s");
    }

    @Test
    void anOperatorsRetryEndsTheWaitThatGraphHasAskedFor() {
        record("3600", "");
        waitsFor(3600);

        assertThat(gate.end()).isTrue();

        assertThatCode(gate::check).doesNotThrowAnyException();
        assertThat(gate.end()).as("the wait has ended").isFalse();
    }

    @Test
    void sharesItsWaitsWithTheGateOfAnUpstreamThatReplacesItsOwn() throws Exception {
        RetryAfterGate next = new RetryAfterGate(clock.steady());
        next.share(gate);
        next.check();
        record("60", ""); // the response to an attempt that was in flight
        assertThatThrownBy(next::check).hasMessageContaining("60 s");
        assertThat(next.end()).isTrue();
        gate.check();
    }

    @ParameterizedTest
    @CsvSource({
        "'Sat, 21 Nov 2026 08:01:00 GMT', ''",
        "'Sat, 21 Nov 2026 08:01:00 GMT', 'no date'",
        "'Sat, 21 Nov 2026 09:01:00 GMT', 'Sat, 21 Nov 2026 09:00:00 GMT'",
        "'Thu, 01 Jan 1970 00:02:00 GMT', 'Thu, 01 Jan 1970 00:01:00 GMT'"
    })
    void comparesADateWithThatOfTheResponse(String retryAfter, String date) {
        record(retryAfter, date);
        waitsFor(60);
        clock.advance(Duration.ofSeconds(60));
        assertThatCode(gate::check).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT2M", "PT-2M", "P20D", "P-20D", "P-20000D"})
    void waitsAsLongWhenTheClockIsSet(Duration jump) {
        record("3600", "");
        clock.jump(jump);
        waitsFor(3600);
        clock.advance(Duration.ofSeconds(3599));
        waitsFor(1);
        clock.advance(Duration.ofSeconds(1));
        assertThatCode(gate::check).doesNotThrowAnyException();
    }
}
