package org.o365relay.bench;

import org.o365relay.bench.server.RelayLauncher;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of the commands that measure starts.
final class StartOptions {

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Option(
            names = "--times",
            paramLabel = "N",
            description = "Number of starts of each relay; the median is reported. Default: ${DEFAULT-VALUE}")
    private int times = 7;

    @Option(
            names = "--idle",
            paramLabel = "S",
            description = "Idle time before the memory is read. Default: ${DEFAULT-VALUE}")
    private int idleSeconds = 10;

    RelayLauncher relay() {
        return target.relay();
    }

    int times() {
        return times;
    }

    int idleSeconds() {
        return idleSeconds;
    }
}
