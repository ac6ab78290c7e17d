package org.o365relay.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.credentials.SecretFiles;
import org.o365relay.config.hocon.FilePosition;
import org.o365relay.config.hocon.Hocon;
import org.o365relay.config.hocon.KnownKeys;
import org.o365relay.config.hocon.Layer;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Problem;
import org.o365relay.config.hocon.Problems;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.Setting;
import org.o365relay.config.hocon.Source;
import org.o365relay.config.hocon.Substitutions;
import org.o365relay.config.values.FileContent;

/// Reads a configuration file (HOCON). Every key is documented in `reference.conf`, which also contains the
/// defaults.
public final class ConfigReader {

    /// The value of `CREDENTIALS_DIRECTORY` that systemd sets for the service.
    private static final String SERVICE_CREDENTIALS = "/run/credentials/o365-relay.service";

    private static final Path KERNEL_HOSTNAME = Path.of("/proc/sys/kernel/hostname");

    private final Map<String, String> environment;
    private final Path kernelHostname;
    private final long heap;
    private final InstantSource clock;
    private final boolean opensSecrets;
    private final Map<String, @Nullable String> kept;

    /// @param environment environment variables, for `${NAME}` and `${?NAME}` in the file and for `HOSTNAME`
    ///     and `CREDENTIALS_DIRECTORY`
    public ConfigReader(Map<String, String> environment) {
        this(environment, KERNEL_HOSTNAME, Runtime.getRuntime().maxMemory(), InstantSource.system());
    }

    /// @param kernelHostname file that contains the host name of the machine
    /// @param heap maximum heap size in octets
    /// @param clock clock for checking expiry dates
    ConfigReader(Map<String, String> environment, Path kernelHostname, long heap, InstantSource clock) {
        this(environment, kernelHostname, heap, clock, true, Map.of());
    }

    private ConfigReader(
            Map<String, String> environment,
            Path kernelHostname,
            long heap,
            InstantSource clock,
            boolean opensSecrets,
            Map<String, @Nullable String> kept) {
        this.environment = Map.copyOf(environment);
        this.kernelHostname = kernelHostname;
        this.heap = heap;
        this.clock = clock;
        this.opensSecrets = opensSecrets;
        this.kept = kept;
    }

    /// Returns a reader that reads these values instead of those in the file.
    ///
    /// @param values value of each key; null for a key that is not set
    public ConfigReader keeping(Map<String, @Nullable String> values) {
        return new ConfigReader(environment, kernelHostname, heap, clock, opensSecrets, values);
    }

    /// Returns a reader for operator commands, which may lack permission to read the relay's files. The reader
    /// does not open files with secrets, certificates or users, and reports neither problems with these files
    /// nor missing secrets. The resulting configuration cannot be used to start a relay.
    public ConfigReader forOperators() {
        Map<String, String> known = new HashMap<>(environment);
        known.putIfAbsent(SecretFiles.CREDENTIALS_DIRECTORY, SERVICE_CREDENTIALS);
        return new ConfigReader(known, kernelHostname, heap, clock, false, kept);
    }

    /// Reads the file, the files that it includes, and the files with secrets, certificates, keys and users
    /// that it names; a reader returned by [#forOperators()] does not open the latter.
    ///
    /// @param file path of the file, shown as given in problems; relative paths in its settings are resolved
    ///     against its directory, unless they name a systemd credential
    public Configuration read(Path file) {
        return switch (FileContent.read(file)) {
            case Parsed.Ok<byte[]> readable -> parse(file, false);
            case Parsed.Invalid<byte[]>(String message) ->
                new Configuration.Invalid(List.of(new Problem(file.toString(), 0, "", message)));
        };
    }

    /// Like [#read], but returns a configuration despite problems if it can be read. For commands for which
    /// the running relay reports the problems.
    public Configuration readWithProblems(Path file) {
        return switch (FileContent.read(file)) {
            case Parsed.Ok<byte[]> readable -> parse(file, true);
            case Parsed.Invalid<byte[]> _ -> read(file);
        };
    }

    private Configuration parse(Path file, boolean ignoresProblems) {
        ConfigObject reference = Hocon.reference();
        return switch (Hocon.parse(file, reference, environment)) {
            case Hocon.Broken(Problem problem) -> new Configuration.Invalid(List.of(problem));
            case Hocon.Tree(ConfigObject root, Substitutions substitutions) -> {
                FilePosition position = new FilePosition(file.toString(), 0);
                ConfigObject changed = withKept(root);
                Problems problems = new Problems(file.toString());
                Source source = new Source(position, substitutions, KnownKeys.in(reference), problems);
                reportUnknownKeys(changed, source);
                Optional<ResolvedConfiguration> settings =
                        relay(changed, reference, source).flatMap(section -> settings(file, section));
                yield ignoresProblems && settings.isPresent()
                        ? new Configuration.Valid(settings.get(), List.of())
                        : result(settings, problems);
            }
        };
    }

    private ConfigObject withKept(ConfigObject root) {
        Config changed = root.toConfig();
        for (Map.Entry<String, @Nullable String> each : kept.entrySet()) {
            String value = each.getValue();
            changed = value == null
                    ? changed.withoutPath(each.getKey())
                    : changed.withValue(each.getKey(), ConfigValueFactory.fromAnyRef(value, "the running relay"));
        }
        return changed.root();
    }

    /// Reports a missing section `relay`, and keys outside it, except keys that a substitution in the file
    /// uses.
    private static void reportUnknownKeys(ConfigObject root, Source source) {
        Set<String> variables = source.substitutions().roots();
        root.forEach((key, value) -> {
            if (!key.equals("relay") && !variables.contains(key)) {
                Setting setting = new Setting(key, value, source.file());
                source.reportProblem(setting, source.known().advice(key, List.of()));
            }
        });
        if (!root.containsKey("relay")) {
            source.problems()
                    .addProblem(source.file(), "relay", "is missing; all settings belong in the section relay { … }");
        }
    }

    private static Optional<Section> relay(ConfigObject root, ConfigObject reference, Source source) {
        Layer defaults = layer(reference, source).orElseThrow();
        return layer(root, source)
                .map(written -> new Section("relay", written.position(), List.of(written), defaults, source));
    }

    private static Optional<Layer> layer(ConfigObject root, Source source) {
        return Optional.ofNullable(root.get("relay"))
                .flatMap(value -> source.layer(new Setting("relay", value, source.file())));
    }

    private Optional<ResolvedConfiguration> settings(Path file, Section relay) {
        Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
        return new RelayReader(directory, environment, kernelHostname, heap, clock.instant(), opensSecrets).read(relay);
    }

    private static Configuration result(Optional<ResolvedConfiguration> read, Problems problems) {
        return read.filter(_ -> problems.isEmpty())
                .<Configuration>map(complete -> new Configuration.Valid(complete, problems.warnings()))
                .orElseGet(() -> new Configuration.Invalid(problems.problems()));
    }
}
