package org.o365relay.config.hocon;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The keys of a file whose values contain `${NAME}` or `${?NAME}`, recorded before the substitutions are
/// resolved.
public final class Substitutions {

    private static final Pattern NAME = Pattern.compile("\\$\\{\\??([^}]*)}");

    private record Use(List<String> names, ConfigOrigin origin) {}

    private final Map<String, Use> uses = new HashMap<>();

    /// @param root the file as parsed, with substitutions not yet resolved
    static Substitutions in(ConfigObject root) {
        Substitutions substitutions = new Substitutions();
        root.forEach(substitutions::collect);
        return substitutions;
    }

    /// @return the names in the substitutions of the value at this path, for example `RELAY_PASSWORD`
    List<String> names(String path) {
        return Optional.ofNullable(uses.get(path)).map(Use::names).orElse(List.of());
    }

    /// @return origin of the value at this path; empty if it contains no substitution
    Optional<ConfigOrigin> origin(String path) {
        return Optional.ofNullable(uses.get(path)).map(Use::origin);
    }

    /// @return the first path elements of all names, for example `base` for `${base.directory}`
    public Set<String> roots() {
        return uses.values().stream()
                .flatMap(use -> use.names().stream())
                .map(name -> name.split("\\.", 2)[0])
                .collect(Collectors.toSet());
    }

    /// @return the unresolved names in a value; empty if it is resolved
    static List<String> unresolved(ConfigValue value) {
        return isResolved(value) ? List.of() : names(value);
    }

    private static boolean isResolved(ConfigValue value) {
        try {
            requireResolved(value);
            return true;
        } catch (ConfigException.NotResolved unresolved) {
            return false;
        }
    }

    /// Throws [ConfigException.NotResolved] if the value itself is unresolved. `Config.isResolved` would also
    /// check the values inside a section or list.
    private static void requireResolved(ConfigValue value) {
        int _ = switch (value) {
            case ConfigObject section -> section.size();
            case ConfigList list -> list.size();
            case ConfigValue plain -> plain.valueType().name().length();
        };
    }

    private static List<String> names(ConfigValue value) {
        return NAME.matcher(value.render(ConfigRenderOptions.concise()))
                .results()
                .map((MatchResult match) -> match.group(1))
                .distinct()
                .toList();
    }

    private void collect(String path, ConfigValue value) {
        List<String> names = unresolved(value);
        if (!names.isEmpty()) {
            uses.put(path, new Use(names, value.origin()));
        } else if (value instanceof ConfigObject section) {
            section.forEach((key, child) -> collect(path + "." + key, child));
        } else if (value instanceof ConfigList list) {
            List<ConfigValue> elements = new ArrayList<>(list);
            for (int i = 0; i < elements.size(); i++) {
                collect(path + "[" + i + "]", elements.get(i));
            }
        }
    }
}
