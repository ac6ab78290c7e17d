package org.o365relay.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SystemCpuTest {

    @Test
    void readsTheCpuTimeOfTheMachine() throws IOException {
        SystemCpu now = SystemCpu.now();

        assertThat(now.busy()).isPositive().isLessThan(now.all());
    }

    @ParameterizedTest
    @CsvSource({"0, 0.5", "4, 0.3", "10, 0.0", "11, 0.0"})
    void computesTheShareOfOtherProcesses(long measuredSeconds, double share) {
        SystemCpu before = new SystemCpu(Duration.ofSeconds(100), Duration.ofSeconds(1_000));
        SystemCpu after = new SystemCpu(Duration.ofSeconds(110), Duration.ofSeconds(1_020));

        assertThat(after.otherLoadSince(before, Duration.ofSeconds(measuredSeconds)))
                .isEqualTo(share);
    }
}
