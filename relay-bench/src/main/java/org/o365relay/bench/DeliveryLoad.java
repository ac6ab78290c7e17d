package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.o365relay.bench.load.LoadLimit;
import org.o365relay.bench.load.LoadProfile;
import org.o365relay.bench.load.LoadResult;
import org.o365relay.bench.load.Size;
import org.o365relay.bench.load.SmtpLoad.Connections;
import org.o365relay.bench.server.Server;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of the commands that measure delivery. Also sends the messages.
final class DeliveryLoad {

    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Option(names = "--messages", paramLabel = "N", description = "Number of messages. Default: ${DEFAULT-VALUE}")
    private int messages = 2_000;

    @Option(names = "--sessions", paramLabel = "N", description = "Concurrent sessions. Default: ${DEFAULT-VALUE}")
    private int sessions = 20;

    @Option(names = "--size", paramLabel = "SIZE", description = "Size of each message. Default: ${DEFAULT-VALUE}")
    private Size size = Size.parse("4KiB");

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "Maximum connections of the relay to the upstream. Default: ${DEFAULT-VALUE}")
    private int connections = 20;

    int messages() {
        return messages;
    }

    Path script() {
        return target.relay().script();
    }

    /// @return such as `2000 messages from 20 sessions`
    @Override
    public String toString() {
        return messages + " messages from " + sessions + " sessions";
    }

    /// @return such as `2000 from 20`
    String cell() {
        return messages + " from " + sessions;
    }

    /// Starts a relay that sends to this smarthost.
    Server start(Smarthost smarthost, Path directory) throws IOException, InterruptedException {
        return target.relayTo(smarthost)
                .configured("relay.mailbox-defaults.limits.connections = " + connections)
                .start(directory);
    }

    /// Sends messages through the relay.
    ///
    /// @return time from the start of the load until the upstream has received the last message
    Duration deliver(Server relay, Smarthost smarthost, int count) throws IOException, InterruptedException {
        long start = System.nanoTime();
        LoadResult load = LoadProfile.unpipelined(sessions, size, Connections.PERSISTENT)
                .on(relay.address(), LoadLimit.ofMessages(count))
                .run();
        if (load.errors() > 0) {
            throw new IOException(
                    "not all messages were accepted: " + load.refused() + ", " + load.dropped() + " dropped");
        }
        if (!smarthost.awaitMessages(count, TIMEOUT)) {
            throw new IOException("only " + smarthost.surplus() + " of " + count + " messages were delivered within "
                    + TIMEOUT.toMinutes() + " min");
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
