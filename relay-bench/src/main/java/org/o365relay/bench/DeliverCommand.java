package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
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

    /// Time to wait for duplicates after the last message.
    private static final Duration DUPLICATE_WAIT = Duration.ofMillis(500);

    @Mixin
    private BenchReport report = new BenchReport();

    @Mixin
    private DeliveryLoad load = new DeliveryLoad();

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description = "Number of messages to send before the measurement; 0 for none. Default: ${DEFAULT-VALUE}")
    private int warmUp = 10_000;

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
                Server relay = load.start(smarthost, work.newSubdirectory())) {
            if (warmUp > 0) {
                report.progress("warming up with " + warmUp + " messages …");
                load.deliver(relay, smarthost, warmUp);
            }
            report.progress(load + " …");
            return delivered(relay, smarthost);
        }
    }

    private Smarthost smarthost(Path directory) throws IOException, InterruptedException {
        return sandbox
                ? SandboxSmarthost.start(load.script(), directory)
                : CountingSmarthost.open(LocalhostCertificate.generate(directory));
    }

    private MarkdownTable delivered(Server relay, Smarthost smarthost) throws IOException, InterruptedException {
        long pid = relay.pid().orElseThrow();
        ProcessUsage before = ProcessUsage.of(pid);
        int messages = load.messages();
        Duration elapsed = load.deliver(relay, smarthost, messages);
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
                load.cell(),
                String.format(Locale.ROOT, "%.2f", seconds),
                String.format(Locale.ROOT, "%,.0f", messages / seconds),
                count(smarthost.handshakes()),
                count(smarthost.logins()),
                duplicates ? Integer.toString(smarthost.surplus() + 1) : "0",
                String.format(
                        Locale.ROOT, "%.3f", after.cpu().minus(before.cpu()).toMillis() / (double) messages));
        return table;
    }

    private static String count(OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : "–";
    }
}
