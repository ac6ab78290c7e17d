package org.o365relay.bench;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.o365relay.bench.server.Launcher;
import org.o365relay.bench.server.RelayLauncher;
import org.o365relay.bench.server.RunningServer;
import org.o365relay.bench.server.UpstreamAddress;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Selects the measured server: a relay started by the benchmark, or any running server.
final class TargetOptions {

    @Option(
            names = "--relay",
            paramLabel = "PATH",
            description = "Start this relay: the directory of an unpacked tarball or checkout, or the start script.")
    private @Nullable Path relay;

    @Option(
            names = "--target",
            paramLabel = "HOST:PORT",
            description = "Measure this running SMTP server instead of --relay.")
    private @Nullable String target;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = "Process ID of the --target server, to measure its CPU time and memory.")
    private @Nullable Long pid;

    @Option(
            names = "--jvm-option",
            paramLabel = "OPTION",
            description = "Additional JVM option for the relay, such as --jvm-option=-Xmx64m. Repeatable.")
    private List<String> jvmOptions = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Set a configuration key of the relay, such as --set relay.limits.connections=500. Repeatable.")
    private List<String> settings = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /// The launcher of the selected server.
    Launcher launcher() {
        if (target != null) {
            return new RunningServer(address(target), pid == null ? OptionalLong.empty() : OptionalLong.of(pid));
        }
        return relay();
    }

    boolean isGiven() {
        return target != null || relay != null;
    }

    /// The launcher of the relay, configured with an upstream that refuses connections.
    RelayLauncher relay() {
        if (relay == null) {
            throw invalid("missing option: --relay PATH" + (target == null ? " or --target HOST:PORT" : ""));
        }
        try {
            return new RelayLauncher(RelayLauncher.script(relay), UpstreamAddress.refusing(), jvmOptions, settings);
        } catch (IllegalArgumentException e) {
            throw invalid(e.getMessage());
        }
    }

    /// The launcher of the relay, configured with this upstream.
    RelayLauncher relayTo(Smarthost smarthost) {
        return relay().to(new UpstreamAddress(smarthost.port(), smarthost.certificate()));
    }

    private InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        try {
            return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw invalid("'" + text + "' is not HOST:PORT");
        }
    }

    private ParameterException invalid(@Nullable String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
