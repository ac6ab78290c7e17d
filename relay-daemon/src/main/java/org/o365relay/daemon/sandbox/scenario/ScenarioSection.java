package org.o365relay.daemon.sandbox.scenario;

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

/// A section of the scenario: what the file says over what the reference says. A value that cannot be read is noted,
/// and the reference's taken, so that reading goes on.
final class ScenarioSection {

    private final String path;
    private final Config values;
    private final Config defaults;
    private final ScenarioProblems problems;

    ScenarioSection(String path, ConfigObject written, ConfigObject reference, ScenarioProblems mistakes) {
        this.path = path;
        this.values = written.toConfig();
        this.defaults = reference.toConfig();
        this.problems = mistakes;
        written.forEach((key, value) -> {
            if (!reference.containsKey(key)) {
                String known = reference.keySet().stream().sorted().collect(Collectors.joining(", "));
                mistakes.add(value.origin(), "there is no key \"" + path + key + "\"; there are " + known);
            }
        });
    }

    ScenarioSection section(String key) {
        ConfigObject standard = defaults.getObject(key);
        ConfigObject own = object(key).orElse(standard);
        return new ScenarioSection(path + key + ".", own, standard, problems);
    }

    private Optional<ConfigObject> object(String key) {
        if (!values.hasPath(key)) {
            return Optional.empty();
        }
        ConfigValue value = values.getValue(key);
        if (value instanceof ConfigObject object) {
            return Optional.of(object);
        }
        problems.add(value.origin(), "\"" + path + key + "\" is a section: " + key + " { ... }");
        return Optional.empty();
    }

    /// The elements of a list of sections; the reference's only element names their keys.
    List<ScenarioSection> sections(String key) {
        ConfigObject standard = (ConfigObject) defaults.getList(key).getFirst();
        Config source = values.hasPath(key) ? values : defaults;
        if (source.getValue(key).valueType() != ConfigValueType.LIST) {
            problems.add(source.getValue(key).origin(), "\"" + path + key + "\" is a list: " + key + " = [ { ... } ]");
            return List.of();
        }
        return source.getList(key).stream()
                .flatMap(element -> element(key, element, standard).stream())
                .toList();
    }

    private Optional<ScenarioSection> element(String key, ConfigValue element, ConfigObject standard) {
        if (element instanceof ConfigObject object) {
            return Optional.of(new ScenarioSection(path + key + ".", object, standard, problems));
        }
        problems.add(element.origin(), "\"" + path + key + "\" is a list of sections: [ { ... } ]");
        return Optional.empty();
    }

    String text(String key) {
        return value(key, "a text", Config::getString);
    }

    Optional<String> optionalText(String key) {
        return isNull(key) ? Optional.empty() : Optional.of(value(key, "a text or null", Config::getString));
    }

    boolean isOn(String key) {
        return value(key, "true or false", Config::getBoolean);
    }

    Duration time(String key) {
        return time(key, Duration.ofNanos(1), "a time more than nothing, such as 20 minutes");
    }

    Duration timeOrZero(String key) {
        return time(key, Duration.ZERO, "a time such as 5 seconds");
    }

    private Duration time(String key, Duration least, String wanted) {
        return value(key, wanted, (config, name) -> {
            Duration time = config.getDuration(name);
            return checked(config, key, time, time.compareTo(least) >= 0);
        });
    }

    /// @param most that it may be
    int number(String key, int least, int most) {
        return value(key, "a number from " + least + " to " + most, (config, name) -> {
            int number = config.getInt(name);
            return checked(config, key, number, number >= least && number <= most);
        });
    }

    /// @return the alternative if it says null
    int number(String key, int least, int most, int alternative) {
        return isNull(key) ? alternative : number(key, least, most);
    }

    long octets(String key) {
        return value(key, "a number of octets", Config::getBytes);
    }

    double factor(String key) {
        return value(key, "a number more than 0", (config, name) -> {
            double number = config.getDouble(name);
            return checked(config, key, number, number > 0);
        });
    }

    List<String> texts(String key) {
        return value(key, "a list of texts", Config::getStringList);
    }

    /// One of the names of an enum, written with hyphens.
    <E extends Enum<E>> E oneOf(String key, Class<E> type) {
        String names = Arrays.stream(type.getEnumConstants())
                .map(ScenarioSection::values)
                .collect(Collectors.joining(", "));
        return value(
                key,
                "one of " + names,
                (config, name) -> Arrays.stream(type.getEnumConstants())
                        .filter(constant -> values(constant).equals(config.getString(name)))
                        .findFirst()
                        .orElseThrow(() -> new ConfigException.BadValue(
                                config.getValue(name).origin(), name, "not listed")));
    }

    private static String values(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Notes that a value is of no use.
    void report(String key, String text) {
        ConfigValue value = (values.hasPath(key) ? values : defaults).getValue(key);
        problems.add(value.origin(), "\"" + path + key + "\" " + text);
    }

    boolean isNull(String key) {
        return values.hasPathOrNull(key) ? values.getIsNull(key) : defaults.getIsNull(key);
    }

    private <T> T value(String key, String wanted, BiFunction<Config, String, T> reader) {
        if (!values.hasPathOrNull(key)) {
            return reader.apply(defaults, key);
        }
        try {
            return reader.apply(values, key);
        } catch (ConfigException wrong) {
            ConfigValue value = values.root().get(key);
            String said = value == null ? "null" : value.render();
            problems.add(
                    value == null ? null : value.origin(), "\"" + path + key + "\" is " + wanted + ", not " + said);
            return reader.apply(defaults, key);
        }
    }

    private static <T> T checked(Config config, String key, T value, boolean fits) {
        if (!fits) {
            throw new ConfigException.BadValue(config.getValue(key).origin(), key, "out of range");
        }
        return value;
    }
}
