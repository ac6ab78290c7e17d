package org.o365relay.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcessUsageTest {

    @Test
    void measuresTheCpuTimeAndMemoryOfAProcess() throws IOException {
        ProcessUsage usage = ProcessUsage.of(ProcessHandle.current().pid());

        assertThat(usage.cpu()).isPositive();
        assertThat(usage.residentKib()).isGreaterThan(10_000);
        assertThat(usage.peakKib()).isGreaterThanOrEqualTo(usage.residentKib());
    }

    @Test
    void countsTheCpuTimeOfRunningAndExitedChildren() throws Exception {
        String busy = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done";
        Process parent =
                new ProcessBuilder("sh", "-c", "sh -c '" + busy + "'; (" + busy + "; echo done; read end)").start();
        try {
            assertThat(parent.inputReader().readLine()).isEqualTo("done");

            assertThat(ProcessUsage.of(parent.pid()).cpu().toMillis()).isGreaterThanOrEqualTo(30);
        } finally {
            parent.outputWriter().close();
            parent.waitFor(5, TimeUnit.SECONDS);
        }
    }

    /// A shell that replaced itself with exec does not reap its children.
    @Test
    void countsAnExitedProcessThatIsNotReaped() throws Exception {
        Process parent = new ProcessBuilder("sh", "-c", "sleep 0.2 & echo $!; exec cat").start();
        try {
            String child = parent.inputReader().readLine();
            Process zombie = new ProcessBuilder(
                            "sh", "-c", "until grep -q ') Z ' /proc/$0/stat; do sleep 0.01; done", child)
                    .start();
            assertThat(zombie.waitFor(5, TimeUnit.SECONDS)).isTrue();

            assertThat(ProcessUsage.of(parent.pid()).residentKib()).isPositive();
        } finally {
            parent.outputWriter().close();
            parent.waitFor(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void reportsAMissingProcess() {
        assertThatThrownBy(() -> ProcessUsage.of(Integer.MAX_VALUE)).hasMessageContaining("no process");
    }
}
