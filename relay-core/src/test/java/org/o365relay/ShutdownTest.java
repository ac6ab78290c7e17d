package org.o365relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShutdownTest {

    private final Shutdown shutdown = new Shutdown(Duration.ofSeconds(7));
    private final List<String> closed = new CopyOnWriteArrayList<>();

    @Test
    void closesInReverseOrderAfterStoppingTraffic() {
        shutdown.add("queue", closed::add);
        shutdown.addTrafficStop(timeout -> closed.add("traffic within " + timeout.toSeconds() + " s"));
        shutdown.add("alerts", closed::add);
        shutdown.run();
        assertThat(closed).containsExactly("traffic within 7 s", "alerts", "queue");
    }

    @Test
    void stopsAllTrafficAtTheSameTime() {
        CyclicBarrier together = new CyclicBarrier(2);
        for (String part : List.of("listener", "dispatcher")) {
            shutdown.addTrafficStop(_ -> {
                try {
                    together.await(1, TimeUnit.MINUTES);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
                closed.add(part);
            });
        }
        shutdown.run();
        assertThat(closed).containsExactlyInAnyOrder("listener", "dispatcher");
    }

    @Test
    void closesTheOthersIfOneFails() {
        shutdown.add("queue", closed::add);
        shutdown.add("alerts", _ -> {
            throw new IllegalStateException("this failure is part of the test");
        });
        shutdown.run();
        assertThat(closed).containsExactly("queue");
    }

    @Test
    void runsOnlyOnce() {
        shutdown.add("queue", closed::add);
        shutdown.addTrafficStop(_ -> closed.add("traffic"));
        shutdown.run();
        shutdown.run();
        assertThat(closed).containsExactly("traffic", "queue");
    }
}
