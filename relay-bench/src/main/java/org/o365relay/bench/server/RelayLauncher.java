package org.o365relay.bench.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Starts the relay with the start script of an unpacked tarball or a checkout, with a generated configuration.
///
/// @param script path of `bin/o365-relay`
/// @param upstream upstream of the mailbox
/// @param jvmOptions JVM options in addition to the packaged ones
/// @param settings configuration lines that override those of the template
public record RelayLauncher(Path script, UpstreamAddress upstream, List<String> jvmOptions, List<String> settings)
        implements Launcher {

    /// Environment variable of the start script for additional JVM options.
    private static final String JVM_OPTIONS_VARIABLE = "O365_RELAY_JAVA_OPTS";

    public static final String MAILBOX = "relay@contoso.example";
    public static final String PASSWORD = "bench-only";

    /// @param path start script, or the directory that contains `bin/o365-relay`
    /// @throws IllegalArgumentException if the script does not exist or is not executable
    public static Path script(Path path) {
        Path script = Files.isDirectory(path) ? path.resolve("bin/o365-relay") : path;
        if (!Files.isExecutable(script)) {
            throw new IllegalArgumentException(script + " is not an executable file");
        }
        return script.toAbsolutePath();
    }

    public RelayLauncher to(UpstreamAddress other) {
        return new RelayLauncher(script, other, jvmOptions, settings);
    }

    /// @param more additional configuration line; existing settings override it
    public RelayLauncher configured(String more) {
        List<String> all = Stream.concat(Stream.of(more), settings.stream()).toList();
        return new RelayLauncher(script, upstream, jvmOptions, all);
    }

    /// @param more additional JVM options; they override existing ones
    public RelayLauncher with(List<String> more) {
        List<String> all = Stream.concat(jvmOptions.stream(), more.stream()).toList();
        return new RelayLauncher(script, upstream, all, settings);
    }

    @Override
    public String name() {
        return "o365-relay";
    }

    @Override
    public StartedProcess start(Path directory) throws IOException, InterruptedException {
        InetSocketAddress address = Ports.onLoopback(Ports.unused());
        Path configuration = directory.resolve("relay.conf");
        Files.writeString(configuration, configuration(address, directory));
        return StartedProcess.start(
                List.of(script.toString(), "run", "--config", configuration.toString()),
                Map.of("RELAY_PASSWORD", PASSWORD, JVM_OPTIONS_VARIABLE, String.join(" ", jvmOptions)),
                address,
                directory.resolve("relay.log"));
    }

    private String configuration(InetSocketAddress address, Path directory) {
        String text = template()
                .replace("@PORT@", Integer.toString(address.getPort()))
                .replace(
                        "@DIRECTORY@",
                        directory.resolve("data").toAbsolutePath().toString())
                .replace("@MAILBOX@", MAILBOX)
                .replace("@UPSTREAM@", upstream.configuration());
        return text + String.join("\n", settings) + "\n";
    }

    private static String template() {
        try (InputStream template = RelayLauncher.class.getResourceAsStream("relay.conf.template")) {
            if (template == null) {
                throw new IllegalStateException("relay.conf.template is missing from the jar");
            }
            return new String(template.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
