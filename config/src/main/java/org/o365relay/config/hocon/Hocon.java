package org.o365relay.config.hocon;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The result of parsing a configuration file.
public sealed interface Hocon {

    /// Start of the origin description of a value from the environment; the name of the variable follows.
    String ENVIRONMENT = "the environment variable ";

    /// A file that was parsed and whose substitutions are resolved.
    ///
    /// @param root content of the file; a `${…}` that has no value is left unresolved
    record Tree(ConfigObject root, Substitutions substitutions) implements Hocon {}

    /// A file that cannot be parsed, for example because of a syntax error or a missing include.
    ///
    /// @param problem the first error, at which the parser stops
    record Broken(Problem problem) implements Hocon {}

    /// The content of `reference.conf`.
    static ConfigObject reference() {
        return ConfigFactory.parseResources(
                        Hocon.class,
                        "/reference.conf",
                        ConfigParseOptions.defaults().setAllowMissing(false))
                .root();
    }

    /// @param environment environment variables, used for each `${NAME}` that is not a key of the file or the
    ///     defaults
    static Hocon parse(Path file, ConfigObject reference, Map<String, String> environment) {
        ConfigParseOptions options =
                ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);
        ConfigResolveOptions resolving =
                ConfigResolveOptions.noSystem().setAllowUnresolved(true).appendResolver(new Environment(environment));
        try {
            Config written = ConfigFactory.parseFile(file.toFile(), options);
            Config resolved = written.resolveWith(written.withFallback(reference), resolving);
            return new Tree(resolved.root(), Substitutions.in(written.root()));
        } catch (ConfigException mistake) {
            return new Broken(SyntaxProblem.of(mistake, file.toString()));
        }
    }

    /// Looks up names in the given variables instead of the process's environment.
    record Environment(Map<String, String> variables) implements ConfigResolver {

        @Override
        public @Nullable ConfigValue lookup(String name) {
            @Nullable String value = variables.get(name);
            return value == null ? null : ConfigValueFactory.fromAnyRef(value, ENVIRONMENT + name);
        }

        @Override
        public ConfigResolver withFallback(ConfigResolver fallback) {
            return this;
        }
    }
}
