package org.o365relay.config.print;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.config.Configuration;
import org.o365relay.mail.FileContents;
import org.o365relay.mail.Secret;

/// The effective configuration at one point in time, with the secrets and the contents of the files that it
/// names, for comparison with a later one.
public final class Snapshot {

    /// Keys whose changes take effect only after a restart: the queue and the control socket stay open while
    /// the relay runs.
    public static final Set<String> RESTART_KEYS =
            Set.of("relay.data-directory", "relay.control.socket", "relay.control.group");

    /// Suffix of the keys whose value is a command line. The value is compared as a whole, and everything after
    /// the program is hidden, because any argument may contain a secret.
    private static final String COMMAND = ".command";

    private static final String HIDDEN = "***";
    private static final ConfigRenderOptions ONE_LINE =
            ConfigRenderOptions.concise().setJson(false);

    private final RelaySettings settings;
    private final Map<String, Object> relay;
    private final ClientPolicy basePolicy;

    private Snapshot(RelaySettings settings, Map<String, Object> relay, ClientPolicy basePolicy) {
        this.settings = settings;
        this.relay = relay;
        this.basePolicy = basePolicy;
    }

    /// The value of a secret when the snapshot was taken; hidden by [#toString()].
    private record KnownSecret(String value) {
        @Override
        public String toString() {
            return HIDDEN;
        }
    }

    /// The content of a file when the snapshot was taken.
    private record KnownFile(Path path, FileContents content) {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    public static Snapshot of(Configuration.Valid configuration) {
        Map<String, Object> relay = new HashMap<>();
        EffectiveText.relay(configuration.resolved()).forEach((key, value) -> relay.put(key, known(key, value)));
        return new Snapshot(
                configuration.settings(), relay, configuration.resolved().basePolicy());
    }

    private static Object known(String key, Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> known = new HashMap<>();
                map.forEach((inner, each) -> known.put(String.valueOf(inner), known(String.valueOf(inner), each)));
                yield known;
            }
            case List<?> list -> list.stream().map(each -> element(key, each)).toList();
            case Secret secret -> new KnownSecret(secret.reveal());
            case Path path -> new KnownFile(path, FileContents.of(Stream.of(path)));
            default -> value;
        };
    }

    /// Converts a network written as a plain string to a section, so that it can be compared with a network
    /// that has settings.
    private static Object element(String key, Object element) {
        return key.equals("trusted-networks") && element instanceof String network
                ? Map.of("network", network)
                : known(key, element);
    }

    /// @return the values of [#RESTART_KEYS]; null for a key that is not set
    public Map<String, @Nullable String> restartValues() {
        Map<String, @Nullable String> values = new HashMap<>();
        RESTART_KEYS.forEach(key -> values.put(key, value(key)));
        return values;
    }

    private @Nullable String value(String key) {
        Object value = Map.of("relay", relay);
        for (String part : key.split("\\.", -1)) {
            value = value instanceof Map<?, ?> map ? map.get(part) : null;
        }
        return value == null ? null : value.toString();
    }

    /// @return the differences between this and a later configuration, sorted by key within each section; in a
    ///     list, elements that were removed, then those that were added, then those that changed; empty if
    ///     there are none
    public List<ChangedSetting> changes(Snapshot next) {
        Changes changes = new Changes(new ArrayList<>(), basePolicy, next.basePolicy);
        changes.compare("relay", relay, next.relay);
        if (changes.found.isEmpty() && !settings.equals(next.settings)) {
            changes.add("relay", HIDDEN, HIDDEN); // nothing that is shown differs
        }
        return List.copyOf(changes.found);
    }

    /// @param policyBefore policy of a network without settings of its own
    private record Changes(List<ChangedSetting> found, ClientPolicy policyBefore, ClientPolicy policyAfter) {

        void add(String key, @Nullable String before, @Nullable String after) {
            found.add(new ChangedSetting(key, before, after, RESTART_KEYS.contains(key)));
        }

        void compare(String key, @Nullable Object before, @Nullable Object after) {
            if (Objects.equals(before, after)) {
                return;
            }
            if (before instanceof Map || after instanceof Map) {
                compareMaps(key, map(before), map(after));
            } else if (key.endsWith(COMMAND)) {
                add(key, program(before), program(after));
            } else if (before instanceof List || after instanceof List) {
                compareLists(key, list(before), list(after));
            } else {
                add(key, text(before), text(after));
            }
        }

        private static @Nullable String program(@Nullable Object command) {
            List<?> arguments = list(command);
            return arguments.size() < 2 ? text(command) : "[" + text(arguments.getFirst()) + ", " + HIDDEN + "]";
        }

        private void compareMaps(String key, Map<?, ?> before, Map<?, ?> after) {
            Set<String> names = new TreeSet<>();
            Stream.of(before, after).flatMap(map -> map.keySet().stream()).forEach(name -> names.add((String) name));
            names.forEach(name -> compare(key + "." + name, before.get(name), after.get(name)));
        }

        private void compareLists(String key, List<?> before, List<?> after) {
            Optional<Map<String, Object>> beforeByName = byName(before);
            Optional<Map<String, Object>> afterByName = byName(after);
            if (beforeByName.isPresent() && afterByName.isPresent()) {
                compareNamed(key, beforeByName.get(), afterByName.get());
            } else if (before.size() == after.size() && before.stream().allMatch(Map.class::isInstance)) {
                for (int i = 0; i < before.size(); i++) {
                    compare(key + "[" + i + "]", before.get(i), after.get(i));
                }
            } else {
                compareElements(key, before, after);
            }
        }

        private void compareNamed(String key, Map<String, Object> before, Map<String, Object> after) {
            compareElements(key, List.copyOf(before.keySet()), List.copyOf(after.keySet()));
            before.forEach((name, element) -> {
                if (after.containsKey(name)) {
                    compareElement(key + "[" + name + "]", element, after.get(name));
                }
            });
        }

        private void compareElement(String key, Object before, @Nullable Object after) {
            if (!before.equals(after)) {
                compare(key, withPolicy(before, policyBefore), withPolicy(after, policyAfter));
            }
        }

        /// Adds the keys that a network without settings of its own has by default.
        private static Map<?, ?> withPolicy(@Nullable Object element, ClientPolicy policy) {
            Map<?, ?> keys = map(element);
            return keys.keySet().equals(Set.of("network"))
                    ? EffectivePolicy.withPolicy(String.valueOf(keys.get("network")), policy)
                    : keys;
        }

        /// Reports the elements that were added or removed; if there are none, the order has changed.
        private void compareElements(String key, List<?> before, List<?> after) {
            List<?> removed = without(before, after);
            List<?> added = without(after, before);
            removed.forEach(element -> add(key, text(element), null));
            added.forEach(element -> add(key, null, text(element)));
            if (removed.isEmpty() && added.isEmpty() && !before.equals(after)) {
                add(key, text(before), text(after));
            }
        }

        private static List<?> without(List<?> all, List<?> others) {
            List<Object> left = new ArrayList<>(all);
            others.forEach(left::remove);
            return left;
        }
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    /// @return the elements by their names, in order; empty unless each has a name of its own
    private static Optional<Map<String, Object>> byName(List<?> elements) {
        Map<String, Object> byName = new LinkedHashMap<>();
        for (Object element : elements) {
            Optional<String> name = name(element);
            if (name.isEmpty() || byName.put(name.get(), element) != null) {
                return Optional.empty();
            }
        }
        return Optional.of(byName);
    }

    /// @return what identifies a listener, a network or a mailbox
    private static Optional<String> name(Object element) {
        Map<?, ?> keys = map(element);
        if (keys.containsKey("address") && keys.containsKey("port")) {
            return Optional.of(keys.get("address") + ":" + keys.get("port"));
        }
        return Stream.of("address", "network", "socket", "systemd-socket")
                .filter(keys::containsKey)
                .map(key -> String.valueOf(keys.get(key)))
                .findFirst();
    }

    private static @Nullable String text(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> map ->
                "{" + ConfigValueFactory.fromAnyRef(printable(map)).render(ONE_LINE) + "}";
            case List<?> list -> list.stream().map(Snapshot::text).collect(Collectors.joining(", ", "[", "]"));
            default -> value.toString();
        };
    }

    private static Object printable(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> printable = new HashMap<>();
                map.forEach((key, inner) -> printable.put(String.valueOf(key), printable(inner)));
                yield printable;
            }
            case List<?> list -> list.stream().map(Snapshot::printable).toList();
            case Number number -> number;
            case Boolean flag -> flag;
            default -> value.toString();
        };
    }
}
