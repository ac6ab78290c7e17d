package org.o365relay.bench;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.o365relay.bench.server.ProcessUsage;
import org.o365relay.bench.server.RelayLauncher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "many",
        description = "Measure start and idle memory with many mailboxes and devices, against one mailbox.",
        mixinStandardHelpOptions = true)
final class ManyCommand implements Callable<Integer> {

    @Mixin
    private BenchReport report = new BenchReport();

    @Mixin
    private StartOptions starts = new StartOptions();

    @Option(
            names = "--mailboxes",
            paramLabel = "N",
            description = "Number of mailboxes, each with its own credential. Default: ${DEFAULT-VALUE}")
    private int mailboxes = 100;

    @Option(
            names = "--devices",
            paramLabel = "N",
            description = "Number of devices in trusted-networks, each with a name and a limit; at most 65536."
                    + " Default: ${DEFAULT-VALUE}")
    private int devices = 2_000;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return report.run(this::measure);
    }

    private MarkdownTable measure(WorkDirectory work) throws IOException, InterruptedException {
        RelayLauncher one = starts.relay();
        RelayLauncher many = one.configured(configuration());
        StartMeasurement ofOne = new StartMeasurement(one, work.newSubdirectory());
        StartMeasurement ofMany = new StartMeasurement(many, work.newSubdirectory());
        report.progress(starts.times() + " starts of each …");
        for (int time = 0; time < starts.times(); time++) {
            ofOne.start();
            ofMany.start();
        }
        report.progress("2 × " + starts.idleSeconds() + " s idle …");
        MarkdownTable table = new MarkdownTable(
                "mailboxes", "devices", "open port ms, median", "idle RSS MiB", "start, ratio", "memory, ratio");
        ProcessUsage memoryOfOne = ofOne.idle(starts.idleSeconds());
        ProcessUsage memoryOfMany = ofMany.idle(starts.idleSeconds());
        table.add(
                "1",
                "0",
                Long.toString(ofOne.medianMillis()),
                Long.toString(memoryOfOne.residentKib() >> 10),
                "1",
                "1");
        table.add(
                Integer.toString(mailboxes),
                Integer.toString(devices),
                Long.toString(ofMany.medianMillis()),
                Long.toString(memoryOfMany.residentKib() >> 10),
                ratio(ofMany.medianMillis(), ofOne.medianMillis()),
                ratio(memoryOfMany.residentKib(), memoryOfOne.residentKib()));
        return table;
    }

    /// @return settings that override those of the template
    private String configuration() {
        return IntStream.range(0, mailboxes)
                        .mapToObj(ManyCommand::mailbox)
                        .collect(Collectors.joining("\n", "relay.mailboxes = [\n", "\n]\n"))
                + IntStream.range(0, devices)
                        .mapToObj(ManyCommand::device)
                        .collect(Collectors.joining("\n", "relay.trusted-networks = [ \"127.0.0.0/8\"\n", "\n]"));
    }

    private static String mailbox(int number) {
        return "{ address = \"relay%d@contoso.example\", upstream = { host = localhost, port = 587 }, "
                        .formatted(number)
                + "credential { type = password, password = ${RELAY_PASSWORD} } }";
    }

    private static String device(int number) {
        return "{ network = \"10.1.%d.%d\", name = \"Device %d\", recipients-per-day = 500 }"
                .formatted(number / 256, number % 256, number);
    }

    private static String ratio(long many, long one) {
        return String.format(Locale.ROOT, "%.2f", many / (double) one);
    }
}
