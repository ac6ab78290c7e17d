package org.o365relay.sandbox.scenario;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.settings.SandboxSettings;

/// A scenario: the settings of a sandbox and its faults.
///
/// @param faults faults to inject; if several match a command, the first is injected
public record Scenario(SandboxSettings settings, List<Fault> faults) {

    private static final String REFERENCE = "scenario-reference.conf";

    public Scenario {
        faults = List.copyOf(faults);
    }

    /// Returns the text of the reference file, which explains each key and sets it to its default.
    public static String reference() {
        try (InputStream in = Objects.requireNonNull(Scenario.class.getResourceAsStream(REFERENCE), REFERENCE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the scenario reference is missing from the program", e);
        }
    }

    /// Reads a scenario file.
    ///
    /// @param directory directory for the files of the sandbox
    /// @throws InvalidScenarioException if the file cannot be read or has errors, with a message that lists the
    ///     errors and, if known, their line numbers
    public static Scenario read(Path file, Path directory) throws InvalidScenarioException {
        ScenarioProblems problems = new ScenarioProblems(file.toString());
        Config reference = ConfigFactory.parseString(reference());
        ScenarioSection root = new ScenarioSection("", parsed(file, problems).root(), reference.root(), problems);
        Path base = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), Path.of("."));
        SandboxSettings settings = new SettingsReader(root, base).read(directory);
        List<Fault> faults = faults(root);
        problems.throwIfAny();
        return new Scenario(settings, faults);
    }

    private static Config parsed(Path file, ScenarioProblems problems) throws InvalidScenarioException {
        try {
            ConfigParseOptions options =
                    ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);
            return ConfigFactory.parseFile(file.toFile(), options).resolve();
        } catch (ConfigException e) {
            String message = String.valueOf(e.getMessage());
            String origin = e.origin() == null ? "" : e.origin().description() + ": ";
            problems.add(e.origin(), message.startsWith(origin) ? message.substring(origin.length()) : message);
            problems.throwIfAny();
            throw e;
        }
    }

    private static List<Fault> faults(ScenarioSection root) {
        List<Fault> faults = new ArrayList<>();
        for (String text : root.strings("faults")) {
            try {
                faults.add(Fault.parse(text));
            } catch (IllegalArgumentException e) {
                root.report("faults", "has an invalid element: " + e.getMessage());
            }
        }
        return faults;
    }
}
