package org.o365relay.bench;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.bench.load.LoadLimit;
import org.o365relay.bench.load.LoadProfile;
import org.o365relay.bench.load.MessageIds;
import org.o365relay.bench.load.Size;
import org.o365relay.bench.load.SmtpLoad.Connections;
import picocli.CommandLine.Option;

/// The command-line options of a load.
final class LoadOptions {

    private static final int DEFAULT_SECONDS = 10;

    @Option(
            names = "--sessions",
            paramLabel = "N",
            description = "Concurrent sessions. Default: run all standard loads.")
    private @Nullable Integer sessions;

    @Option(names = "--size", paramLabel = "SIZE", description = "Size of each message. Default: ${DEFAULT-VALUE}")
    private Size size = Size.parse("4KiB");

    @Option(names = "--per-message", description = "Open a new connection for every message.")
    private boolean perMessage;

    @Option(names = "--pipelining", description = "Send MAIL, RCPT and DATA in one write.")
    private boolean pipelining;

    @Option(
            names = "--message-ids",
            paramLabel = "IDS",
            description = "Message-IDs of the messages: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private MessageIds messageIds = MessageIds.SAME;

    @Option(names = "--messages", paramLabel = "N", description = "Number of messages, instead of --seconds.")
    private @Nullable Long messages;

    @Option(names = "--seconds", paramLabel = "S", description = "Duration of each load. Default: ${DEFAULT-VALUE}")
    private int seconds = DEFAULT_SECONDS;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            description = "Duration of the same load before the measurement. Default: ${DEFAULT-VALUE}")
    private int warmUp = DEFAULT_SECONDS / 2;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of the load generator. Default: ${DEFAULT-VALUE}")
    private int threads = 1;

    /// The load that the options describe, or all standard loads if `--sessions` is not given.
    List<LoadProfile> profiles() {
        return sessions == null ? LoadProfile.SUITE : List.of(profile(sessions));
    }

    AcceptMeasurement measurement() {
        LoadLimit before = warmUp == 0 ? LoadLimit.ofMessages(0) : LoadLimit.ofTime(Duration.ofSeconds(warmUp));
        return new AcceptMeasurement(limit(), before);
    }

    private LoadProfile profile(int number) {
        Connections connections = perMessage ? Connections.ONE_PER_MESSAGE : Connections.PERSISTENT;
        return new LoadProfile(number, size, connections, pipelining, threads, messageIds);
    }

    private LoadLimit limit() {
        return messages == null ? LoadLimit.ofTime(Duration.ofSeconds(seconds)) : LoadLimit.ofMessages(messages);
    }
}
