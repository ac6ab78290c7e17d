package org.o365relay.bench;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Which server is measured: the relay, started by the bench, or any that runs already.
final class TargetOptions {

    @Option(
            names = "--relay",
            paramLabel = "PATH",
            description = "The relay to start: the directory of an unpacked distribution, or its start script.")
    private @Nullable Path relay;

    @Option(
            names = "--target",
            paramLabel = "HOST:PORT",
            description = "Any SMTP server that already runs, instead of --relay.")
    private @Nullable String target;

    @Option(names = "--pid", paramLabel = "PID", description = "The process of --target, for its CPU time and memory.")
    private @Nullable Long pid;

    @Option(
            names = "--jvm-option",
            paramLabel = "OPTION",
            description =
                    "Given to the relay's JVM after the packaged options, as in --jvm-option=-Xmx64m. Repeatable.")
    private List<String> jvmOptions = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A line for the relay's configuration, as in --set relay.limits.connections=500. Repeatable.")
    private List<String> settings = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /// The server that the options name.
    Launcher launch() {
        if (target != null) {
            return new RunningServer(address(target), pid == null ? OptionalLong.empty() : OptionalLong.of(pid));
        }
        return relay();
    }

    boolean isGiven() {
        return target != null || relay != null;
    }

    /// The relay, for what only a server that the bench starts can show. Its upstream refuses connections.
    RelayLauncher relay() {
        if (relay == null) {
            throw invalid("say what to measure: --relay PATH" + (target == null ? " or --target HOST:PORT" : ""));
        }
        try {
            return new RelayLauncher(RelayLauncher.script(relay), UpstreamAddress.refused(), jvmOptions, settings);
        } catch (IllegalArgumentException e) {
            throw invalid(e.getMessage());
        }
    }

    /// The same, delivering.
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
