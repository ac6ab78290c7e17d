package org.o365relay.daemon.sandbox.scenario;

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
import org.o365relay.daemon.sandbox.Fault;
import org.o365relay.daemon.sandbox.SandboxSettings;

/// What a sandbox is to play.
///
/// @param faults in this order
public record Scenario(SandboxSettings settings, List<Fault> faults) {

    private static final String REFERENCE = "scenario-reference.conf";

    public Scenario {
        faults = List.copyOf(faults);
    }

    /// Every key with its default, and what it means.
    public static String reference() {
        try (InputStream in = Objects.requireNonNull(Scenario.class.getResourceAsStream(REFERENCE), REFERENCE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the program is not complete", e);
        }
    }

    /// @param directory of the sandbox
    /// @throws InvalidScenarioException with every mistake and its line
    public static Scenario read(Path file, Path directory) throws InvalidScenarioException {
        ScenarioProblems mistakes = new ScenarioProblems(file.toString());
        Config reference = ConfigFactory.parseString(reference());
        ScenarioSection root = new ScenarioSection("", parsed(file, mistakes).root(), reference.root(), mistakes);
        Path base = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), Path.of("."));
        SandboxSettings settings = new SettingsReader(root, base).read(directory);
        List<Fault> faults = faults(root);
        mistakes.throwIfAny();
        return new Scenario(settings, faults);
    }

    private static Config parsed(Path file, ScenarioProblems mistakes) throws InvalidScenarioException {
        try {
            ConfigParseOptions options =
                    ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);
            return ConfigFactory.parseFile(file.toFile(), options).resolve();
        } catch (ConfigException broken) {
            String message = String.valueOf(broken.getMessage());
            String origin = broken.origin() == null ? "" : broken.origin().description() + ": ";
            mistakes.add(broken.origin(), message.startsWith(origin) ? message.substring(origin.length()) : message);
            mistakes.throwIfAny();
            throw broken;
        }
    }

    private static List<Fault> faults(ScenarioSection root) {
        List<Fault> faults = new ArrayList<>();
        for (String text : root.texts("faults")) {
            try {
                faults.add(Fault.parse(text));
            } catch (IllegalArgumentException wrong) {
                root.report("faults", "has one that cannot be: " + wrong.getMessage());
            }
        }
        return faults;
    }
}
