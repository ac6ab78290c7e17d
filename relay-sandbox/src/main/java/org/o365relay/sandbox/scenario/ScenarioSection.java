package org.o365relay.sandbox.scenario;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/// A section of the scenario file. The reference file provides the known keys and their defaults. An invalid
/// value is reported and replaced by the default, an invalid list of sections by an empty one, so that all
/// problems are found in one pass.
final class ScenarioSection {

    private final String path;
    private final Config values;
    private final Config defaults;
    private final ScenarioProblems problems;

    ScenarioSection(String path, ConfigObject values, ConfigObject defaults, ScenarioProblems problems) {
        this.path = path;
        this.values = values.toConfig();
        this.defaults = defaults.toConfig();
        this.problems = problems;
        values.forEach((key, value) -> {
            if (!defaults.containsKey(key)) {
                String known = defaults.keySet().stream().sorted().collect(Collectors.joining(", "));
                problems.add(value.origin(), "unknown key \"" + path + key + "\"; known keys are " + known);
            }
        });
    }

    ScenarioSection section(String key) {
        ConfigObject defaultObject = defaults.getObject(key);
        ConfigObject values = object(key).orElse(defaultObject);
        return new ScenarioSection(path + key + ".", values, defaultObject, problems);
    }

    private Optional<ConfigObject> object(String key) {
        if (!values.hasPath(key)) {
            return Optional.empty();
        }
        ConfigValue value = values.getValue(key);
        if (value instanceof ConfigObject object) {
            return Optional.of(object);
        }
        problems.add(value.origin(), "\"" + path + key + "\" must be a section: " + key + " { ... }");
        return Optional.empty();
    }

    /// Reads a list of sections. The reference file contains a list with one section, which defines the keys
    /// and defaults for all sections of the list.
    List<ScenarioSection> sections(String key) {
        ConfigObject defaultObject = (ConfigObject) defaults.getList(key).getFirst();
        Config source = values.hasPath(key) ? values : defaults;
        if (source.getValue(key).valueType() != ConfigValueType.LIST) {
            problems.add(
                    source.getValue(key).origin(), "\"" + path + key + "\" must be a list: " + key + " = [ { ... } ]");
            return List.of();
        }
        return source.getList(key).stream()
                .flatMap(element -> element(key, element, defaultObject).stream())
                .toList();
    }

    private Optional<ScenarioSection> element(String key, ConfigValue element, ConfigObject defaultObject) {
        if (element instanceof ConfigObject object) {
            return Optional.of(new ScenarioSection(path + key + ".", object, defaultObject, problems));
        }
        problems.add(element.origin(), "\"" + path + key + "\" must be a list of sections: [ { ... } ]");
        return Optional.empty();
    }

    String string(String key) {
        return value(key, "a string", Config::getString);
    }

    Optional<String> optionalString(String key) {
        return isNull(key) ? Optional.empty() : Optional.of(value(key, "a string or null", Config::getString));
    }

    boolean bool(String key) {
        return value(key, "true or false", Config::getBoolean);
    }

    Duration time(String key) {
        return time(key, Duration.ofNanos(1), "a positive duration such as 20 minutes");
    }

    Duration timeOrZero(String key) {
        return time(key, Duration.ZERO, "a duration such as 5 seconds");
    }

    private Duration time(String key, Duration minimum, String expected) {
        return value(key, expected, (config, name) -> {
            Duration time = config.getDuration(name);
            return checked(config, key, time, time.compareTo(minimum) >= 0);
        });
    }

    int number(String key, int minimum, int maximum) {
        return value(key, "a number from " + minimum + " to " + maximum, (config, name) -> {
            int number = config.getInt(name);
            return checked(config, key, number, number >= minimum && number <= maximum);
        });
    }

    /// @param ifNull number to return if the value is null
    int number(String key, int minimum, int maximum, int ifNull) {
        return isNull(key) ? ifNull : number(key, minimum, maximum);
    }

    long octets(String key) {
        return value(key, "a number of octets", Config::getBytes);
    }

    double factor(String key) {
        return value(key, "a number greater than 0", (config, name) -> {
            double number = config.getDouble(name);
            return checked(config, key, number, number > 0);
        });
    }

    List<String> strings(String key) {
        return value(key, "a list of strings", Config::getStringList);
    }

    /// Reads an enum constant, which the file spells in lower case, with hyphens for underscores.
    <E extends Enum<E>> E oneOf(String key, Class<E> type) {
        String names = Arrays.stream(type.getEnumConstants())
                .map(ScenarioSection::nameOf)
                .collect(Collectors.joining(", "));
        return value(
                key,
                "one of " + names,
                (config, name) -> Arrays.stream(type.getEnumConstants())
                        .filter(constant -> nameOf(constant).equals(config.getString(name)))
                        .findFirst()
                        .orElseThrow(() -> new ConfigException.BadValue(
                                config.getValue(name).origin(), name, "not listed")));
    }

    private static String nameOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Reports an invalid value.
    ///
    /// @param text rest of the message after the quoted key, such as `must be an IP address`
    void report(String key, String text) {
        ConfigValue value = (values.hasPath(key) ? values : defaults).getValue(key);
        problems.add(value.origin(), "\"" + path + key + "\" " + text);
    }

    boolean isNull(String key) {
        return values.hasPathOrNull(key) ? values.getIsNull(key) : defaults.getIsNull(key);
    }

    private <T> T value(String key, String expected, BiFunction<Config, String, T> reader) {
        if (!values.hasPathOrNull(key)) {
            return reader.apply(defaults, key);
        }
        try {
            return reader.apply(values, key);
        } catch (ConfigException invalid) {
            ConfigValue value = values.root().get(key);
            String actual = value == null ? "null" : value.render();
            problems.add(
                    value == null ? null : value.origin(),
                    "\"" + path + key + "\" must be " + expected + ", not " + actual);
            return reader.apply(defaults, key);
        }
    }

    private static <T> T checked(Config config, String key, T value, boolean inRange) {
        if (!inRange) {
            throw new ConfigException.BadValue(config.getValue(key).origin(), key, "out of range");
        }
        return value;
    }
}
