package org.o365relay.deliver.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.o365relay.ManualClock;
import org.o365relay.deliver.upstream.AttemptAbortedException;

class RetryAfterGateTest {

    private final RetryAfterGate gate = new RetryAfterGate(new ManualClock("2026-11-21T08:00:00Z"));

    @Test
    void anOperatorsRetryEndsTheWaitThatGraphHasAskedFor() {
        HttpHeaders headers = HttpHeaders.of(Map.of("Retry-After", List.of("3600")), (_, _) -> true);
        gate.record(new GraphResponse(429, headers, new byte[0], null));
        assertThatThrownBy(gate::check)
                .isInstanceOf(AttemptAbortedException.class)
                .hasMessageContaining("3600 s");

        assertThat(gate.end()).isTrue();

        assertThatCode(gate::check).doesNotThrowAnyException();
        assertThat(gate.end()).as("the wait has ended").isFalse();
    }
}
