package org.o365relay.config.hocon;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// All keys of `reference.conf`, and suggestions for unknown keys.
///
/// @param paths paths of the keys, for example `relay.limits.message-size`, `relay.mailboxes[].address`
public record KnownKeys(List<String> paths) {

    public static KnownKeys in(ConfigObject reference) {
        List<String> paths = new ArrayList<>();
        reference.forEach((key, value) -> collect(key, value, paths));
        return new KnownKeys(paths.stream()
                .map(path -> path.replace("relay.mailbox-defaults.", "relay.mailboxes[].")
                        .replace("relay.trusted-network-defaults.", "relay.trusted-networks[]."))
                .toList());
    }

    /// @param layer the section in the file
    /// @param reference section that contains every known key, usually the same section of `reference.conf`
    void reportUnknown(Layer layer, Layer reference, Source source) {
        layer.values().forEach((key, value) -> {
            if (!reference.values().containsKey(key)) {
                Setting setting = new Setting(layer.path() + "." + key, value, layer.position());
                source.reportProblem(
                        setting, advice(key, List.copyOf(reference.values().keySet())));
            }
        });
    }

    /// Explains an unknown key and suggests a known one.
    ///
    /// @param here the known keys of the section; empty at the top level of the file
    public String advice(String key, List<String> here) {
        return closest(key, here, true)
                .or(() -> elsewhere(key, true))
                .or(() -> closest(key, here, false))
                .or(() -> elsewhere(key, false))
                .map("unknown key; did you mean %s?"::formatted)
                .orElseGet(() -> here.isEmpty()
                        ? "unknown key; all settings belong in the section relay { … }"
                        : "unknown key; known keys are "
                                + here.stream().sorted().collect(Collectors.joining(", ")));
    }

    /// @param notationOnly whether to accept a name only if it differs in nothing but notation; otherwise
    ///     typing errors are tolerated, too
    private static Optional<String> closest(String key, List<String> candidates, boolean notationOnly) {
        return notationOnly
                ? candidates.stream()
                        .filter(known -> Suggestion.differOnlyInNotation(key, known))
                        .findFirst()
                : Suggestion.nearest(key, candidates);
    }

    private Optional<String> elsewhere(String key, boolean notationOnly) {
        Optional<String> name = closest(key, paths.stream().map(KnownKeys::name).toList(), notationOnly);
        return name.map(found -> paths.stream()
                .filter(path -> name(path).equals(found))
                .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                .collect(Collectors.joining(" or ")));
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    private static void collect(String path, ConfigValue value, List<String> paths) {
        paths.add(path);
        switch (value) {
            case ConfigObject section -> section.forEach((key, child) -> collect(path + "." + key, child, paths));
            case ConfigList list -> list.forEach(element -> collectElement(path + "[]", element, paths));
            case ConfigValue plain -> {}
        }
    }

    private static void collectElement(String path, ConfigValue element, List<String> paths) {
        if (element instanceof ConfigObject section) {
            section.forEach((key, child) -> collect(path + "." + key, child, paths));
        }
    }
}
