package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.o365relay.bench.load.LoadLimit;
import org.o365relay.bench.load.LoadProfile;
import org.o365relay.bench.load.LoadResult;
import org.o365relay.bench.load.Size;
import org.o365relay.bench.load.SmtpLoad.Connections;
import org.o365relay.bench.server.ProcessUsage;
import org.o365relay.bench.server.Server;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "deliver",
        description = "Measure the time until all messages are delivered through STARTTLS and AUTH.",
        mixinStandardHelpOptions = true)
final class DeliverCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    /// Time to wait for duplicates after the last message.
    private static final Duration DUPLICATE_WAIT = Duration.ofMillis(500);

    @Mixin
    private BenchReport report = new BenchReport();

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Option(names = "--messages", paramLabel = "N", description = "Number of messages. Default: ${DEFAULT-VALUE}")
    private int messages = 2_000;

    @Option(names = "--sessions", paramLabel = "N", description = "Concurrent sessions. Default: ${DEFAULT-VALUE}")
    private int sessions = 20;

    @Option(names = "--size", paramLabel = "SIZE", description = "Size of each message. Default: ${DEFAULT-VALUE}")
    private Size size = Size.parse("4KiB");

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description = "Number of messages to send before the measurement; 0 to measure a cold start. Default:"
                    + " ${DEFAULT-VALUE}")
    private int warmUp = 10_000;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "Maximum connections of the relay to the upstream. Default: ${DEFAULT-VALUE}")
    private int connections = 20;

    @Option(
            names = "--sandbox",
            description = "Deliver to the sandbox in a second JVM instead of a server that only counts.")
    private boolean sandbox;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return report.run(this::measure);
    }

    private MarkdownTable measure(WorkDirectory work) throws IOException, InterruptedException {
        try (Smarthost smarthost = smarthost(work.newSubdirectory());
                Server relay = target.relayTo(smarthost)
                        .configured("relay.mailbox-defaults.limits.connections = " + connections)
                        .start(work.newSubdirectory())) {
            if (warmUp > 0) {
                report.progress("warming up with " + warmUp + " messages …");
                deliver(relay, smarthost, warmUp);
            }
            report.progress(messages + " messages from " + sessions + " sessions …");
            return delivered(relay, smarthost);
        }
    }

    private Smarthost smarthost(Path directory) throws IOException, InterruptedException {
        return sandbox
                ? SandboxSmarthost.start(target.relay().script(), directory)
                : CountingSmarthost.open(LocalhostCertificate.generate(directory));
    }

    private MarkdownTable delivered(Server relay, Smarthost smarthost) throws IOException, InterruptedException {
        long pid = relay.pid().orElseThrow();
        ProcessUsage before = ProcessUsage.of(pid);
        Duration elapsed = deliver(relay, smarthost, messages);
        ProcessUsage after = ProcessUsage.of(pid);
        boolean duplicates = smarthost.awaitMessages(1, DUPLICATE_WAIT);
        double seconds = elapsed.toMillis() / 1e3;
        MarkdownTable table = new MarkdownTable(
                "server",
                "messages",
                "all delivered after s",
                "delivered/s",
                "handshakes",
                "logins",
                "duplicates",
                "CPU-s/1,000");
        table.add(
                "o365-relay",
                messages + " from " + sessions,
                String.format(Locale.ROOT, "%.2f", seconds),
                String.format(Locale.ROOT, "%,.0f", messages / seconds),
                count(smarthost.handshakes()),
                count(smarthost.logins()),
                duplicates ? Integer.toString(smarthost.surplus() + 1) : "0",
                String.format(
                        Locale.ROOT, "%.3f", after.cpu().minus(before.cpu()).toMillis() / (double) messages));
        return table;
    }

    /// @return time from the start of the load until the upstream has received the last message
    private Duration deliver(Server relay, Smarthost smarthost, int count) throws IOException, InterruptedException {
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

    private static String count(OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : "–";
    }
}
