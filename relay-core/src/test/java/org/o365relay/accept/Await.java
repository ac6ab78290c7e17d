package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;

/// Waits for what happens on another thread a little later.
final class Await {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Await() {}

    static void until(String description, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean holds = condition.call();
        while (!holds && System.nanoTime() < deadline) {
            Thread.onSpinWait();
            holds = condition.call();
        }
        assertThat(holds).as(description).isTrue();
    }
}
