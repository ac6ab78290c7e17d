package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.o365relay.bench.server.ProcessUsage;
import org.o365relay.bench.server.RelayLauncher;
import org.o365relay.bench.server.StartedProcess;

/// Measures how long a relay takes from process start to open port, and its memory when idle.
final class StartMeasurement {

    private final RelayLauncher launcher;
    private final Path directory;
    private final List<Long> millis = new ArrayList<>();

    /// Starts the relay once, unmeasured, to create the queue.
    StartMeasurement(RelayLauncher launcher, Path directory) throws IOException, InterruptedException {
        this.launcher = launcher;
        this.directory = directory;
        launcher.start(directory).close();
    }

    /// Measures one start.
    void start() throws IOException, InterruptedException {
        try (StartedProcess relay = launcher.start(directory)) {
            millis.add(relay.startupTime().toMillis());
        }
    }

    /// @return the memory of a relay that has been idle for this number of seconds
    ProcessUsage idle(int seconds) throws IOException, InterruptedException {
        try (StartedProcess relay = launcher.start(directory)) {
            TimeUnit.SECONDS.sleep(seconds);
            return ProcessUsage.of(relay.process().pid());
        }
    }

    long medianMillis() {
        return sorted().get(millis.size() / 2);
    }

    long fastestMillis() {
        return sorted().getFirst();
    }

    long slowestMillis() {
        return sorted().getLast();
    }

    private List<Long> sorted() {
        return millis.stream().sorted().toList();
    }
}
