package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.time.InstantSource;
import java.time.ZoneId;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `o365-relay devices`: lists the devices that have connected to the relay.
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "List the devices that have connected.",
            "Shows for each device, most recent first, the messages sent and rejected, the recipients counted"
                    + " against the daily limit, and protocol deviations.",
            "Reads the queue; works whether or not the relay is running. A running relay saves its counters every two"
                    + " seconds."
        })
public final class DevicesCommand implements Callable<Integer> {

    private final InstantSource clock;
    private final ZoneId zone;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Parameters(
            arity = "0..1",
            paramLabel = "ADDRESS|NETWORK",
            converter = NetworkConverter.class,
            description = "Show only this device, or the devices in this network.")
    private @Nullable Network network;

    /// Creates a command that uses the system clock and the local time zone.
    public DevicesCommand() {
        this(InstantSource.system(), ZoneId.systemDefault());
    }

    DevicesCommand(InstantSource clock, ZoneId zone) {
        this.clock = clock;
        this.zone = zone;
    }

    @Override
    public Integer call() throws CommandFailed, QueueUnavailableException {
        RelaySettings settings = config.readForOperators().settings();
        List<DeviceEntry> entries = DeviceRecords.read(settings.queue()).stream()
                .filter(device -> network == null || network.contains(device.address()))
                .sorted(Comparator.comparing(DeviceRecord::lastSeen).reversed())
                .map(device -> DeviceEntry.of(device, settings.listeners()))
                .toList();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(DeviceJson.text(entries, clock.instant()));
        } else {
            print(entries, out);
        }
        out.flush();
        return ExitCode.OK;
    }

    private void print(List<DeviceEntry> entries, PrintWriter out) {
        if (entries.isEmpty()) {
            out.println("No device has connected yet" + (network == null ? "." : " from " + network + "."));
            return;
        }
        new DeviceTable(clock.instant(), zone).lines(entries).forEach(out::println);
        out.println();
        out.println("Counters of the last two seconds may be missing.");
    }
}
