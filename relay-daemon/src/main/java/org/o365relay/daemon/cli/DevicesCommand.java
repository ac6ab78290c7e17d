package org.o365relay.daemon.cli;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.admit.Network;
import org.o365relay.daemon.cli.types.NetworkConverter;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.queue.QueueUnavailableException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `o365-relay devices`: lists the devices that have connected to the relay.
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "List the devices that have connected.",
            "Shows for each device, most recent first: messages accepted, recipients delivered to and failed, and"
                    + " rejections, today and over the last 7 days (including today, in the time zone of this command);"
                    + " its share of the accepted messages of all devices; recipients to whom delivery keeps failing; and"
                    + " protocol deviations.",
            "The relay counts by the days of its own time zone; if yours differs, set TZ to that of the relay.",
            "Reads the queue; works whether or not the relay is running. A running relay saves its counters every two"
                    + " seconds."
        })
public final class DevicesCommand implements Callable<Integer> {

    private final CliEnvironment environment;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Option(
            names = "--top",
            arity = "0..1",
            paramLabel = "N",
            fallbackValue = "10",
            description = "Show only the N devices (default: ${FALLBACK-VALUE}) that sent the most messages in the last"
                    + " 7 days, highest count first.")
    private @Nullable Integer top;

    @Parameters(
            arity = "0..1",
            paramLabel = "ADDRESS|NETWORK",
            converter = NetworkConverter.class,
            description = "Show only this device, or the devices in this network.")
    private @Nullable Network network;

    public DevicesCommand(CliEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandFailed, QueueUnavailableException {
        if (top != null && top < 1) {
            throw new ParameterException(spec.commandLine(), "--top must be 1 or more, not " + top);
        }
        CommandContext context = new CommandContext(environment, config, output);
        RelaySettings settings = context.configuration().settings();
        List<DeviceRecord> devices = DeviceRecords.read(settings.queue());
        LocalDate date = LocalDate.ofInstant(environment.clock().instant(), environment.zone());
        DevicePeriod today = DevicePeriod.today(devices, date);
        DevicePeriod week = DevicePeriod.week(devices, date);
        List<DeviceEntry> entries = devices.stream()
                .filter(device -> network == null || network.contains(device.address()))
                .sorted(order(week))
                .limit(top == null ? Integer.MAX_VALUE : top)
                .map(device -> DeviceEntry.of(device, settings.listeners()))
                .toList();
        if (output.isJson()) {
            output.json(
                    DeviceJson.toJson(entries, today, week, environment.clock().instant()));
        } else {
            output.lines(
                    entries.isEmpty()
                            ? List.of(
                                    "No device has connected yet" + (network == null ? "." : " from " + network + "."))
                            : lines(new DeviceTable(context.layout(), CommandContext.reasonTexts())
                                    .lines(entries, today, week)));
        }
        return ExitCode.OK;
    }

    private Comparator<DeviceRecord> order(DevicePeriod week) {
        Comparator<DeviceRecord> latestFirst =
                Comparator.comparing(DeviceRecord::lastSeen).reversed();
        return top == null
                ? latestFirst
                : Comparator.<DeviceRecord>comparingLong(
                                device -> week.counts(device).accepted())
                        .reversed()
                        .thenComparing(latestFirst);
    }

    private static List<String> lines(List<String> table) {
        List<String> lines = new ArrayList<>(table);
        lines.add("");
        lines.add("ACCEPTED counts messages, DELIVERED and FAILED their recipients. The last two seconds");
        lines.add("may be missing.");
        return lines;
    }
}
