package org.o365relay.bench;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.bench.SmtpLoad.Connections;
import picocli.CommandLine.Option;

/// The form and length of a load.
final class LoadOptions {

    private static final int DEFAULT_SECONDS = 10;

    @Option(
            names = "--sessions",
            paramLabel = "N",
            description = "Connections at once. Default: the loads of the suite.")
    private @Nullable Integer sessions;

    @Option(names = "--size", paramLabel = "SIZE", description = "Of one message. Default: ${DEFAULT-VALUE}")
    private Size size = Size.parse("4KiB");

    @Option(names = "--per-message", description = "A new connection for every message.")
    private boolean perMessage;

    @Option(names = "--pipelining", description = "MAIL, RCPT and DATA in one go; plain clients do not.")
    private boolean pipelining;

    @Option(names = "--messages", paramLabel = "N", description = "Ends after so many messages instead of a time.")
    private @Nullable Long messages;

    @Option(names = "--seconds", paramLabel = "S", description = "Ends after so long. Default: ${DEFAULT-VALUE}")
    private int seconds = DEFAULT_SECONDS;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            description = "Seconds of the same load before, not counted. Default: ${DEFAULT-VALUE}")
    private int warmUp = DEFAULT_SECONDS / 2;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Of the load generator. Default: ${DEFAULT-VALUE}, which leaves the rest to the server.")
    private int threads = 1;

    /// One load if the options describe one, the suite otherwise.
    List<LoadProfile> shapes() {
        return sessions == null ? LoadProfile.SUITE : List.of(shape(sessions));
    }

    AcceptMeasurement measurement() {
        LoadLimit before = warmUp == 0 ? LoadLimit.ofMessages(0) : LoadLimit.ofTime(Duration.ofSeconds(warmUp));
        return new AcceptMeasurement(extent(), before);
    }

    private LoadProfile shape(int number) {
        Connections connections = perMessage ? Connections.ONE_PER_MESSAGE : Connections.PERSISTENT;
        return new LoadProfile(number, size, connections, pipelining, threads);
    }

    private LoadLimit extent() {
        return messages == null ? LoadLimit.ofTime(Duration.ofSeconds(seconds)) : LoadLimit.ofMessages(messages);
    }
}
