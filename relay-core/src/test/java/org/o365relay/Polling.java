package org.o365relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;

/// Waits for a condition that nothing signals, by checking it every few milliseconds: a file of the queue, a
/// counter, a listener that accepts again, a waiting thread.
public final class Polling {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration PAUSE = Duration.ofMillis(10);

    private Polling() {}

    public static void until(String description, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean holds = condition.call();
        while (!holds && System.nanoTime() < deadline) {
            Thread.sleep(PAUSE);
            holds = condition.call();
        }
        assertThat(holds).as(description).isTrue();
    }
}
