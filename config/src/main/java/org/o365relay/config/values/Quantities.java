package org.o365relay.config.values;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.ValueParser;

/// Parsers for numbers, durations and sizes, each with a range.
public final class Quantities {

    public static final long KIB = 1L << 10;
    public static final long MIB = 1L << 20;
    public static final long GIB = 1L << 30;
    public static final long TIB = 1L << 40;

    private static final String DURATION_EXAMPLES = "use for example 30s, 5m, 2d";
    private static final String SIZE_EXAMPLES = "use for example 512KiB, 35MiB, 20GiB";

    private Quantities() {}

    /// Parses a TCP port.
    ///
    /// @param min lowest valid port: 0 if the system may choose the port, otherwise 1
    public static ValueParser<Integer> port(int min) {
        return TextValues.ANY.then(text -> {
            int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
            return port >= min && port <= 65535
                    ? new Parsed.Ok<>(port)
                    : new Parsed.Invalid<>(TextValues.quoted(text) + " is not a port; use 1 to 65535");
        });
    }

    public static ValueParser<Integer> whole(int min, int max) {
        return TextValues.ANY.then(text -> {
            if (!text.matches("-?\\d+")) {
                return new Parsed.Invalid<>(
                        "%s is not a whole number; use %d to %d".formatted(TextValues.quoted(text), min, max));
            }
            boolean inside = text.length() < 10 && Integer.parseInt(text) >= min && Integer.parseInt(text) <= max;
            return inside
                    ? new Parsed.Ok<>(Integer.valueOf(text))
                    : new Parsed.Invalid<>("%s is out of range; use %d to %d".formatted(text, min, max));
        });
    }

    /// Parses a number with a unit, such as `30s`, `5m` or `2d`.
    public static ValueParser<Duration> duration(Duration min, Duration max) {
        return TextValues.ANY.then(text -> isBareNumber(text)
                ? new Parsed.Invalid<>(text + " has no unit; " + DURATION_EXAMPLES)
                : duration(text)
                        .then(read -> read.compareTo(min) >= 0 && read.compareTo(max) <= 0
                                ? new Parsed.Ok<>(read)
                                : new Parsed.Invalid<>("%s is out of range; use %s to %s"
                                        .formatted(TextValues.quoted(text), format(min), format(max)))));
    }

    /// Parses a size in octets, such as `35MiB`; a number without a unit is a number of octets.
    public static ValueParser<Long> size(long min, long max) {
        return TextValues.ANY.then(text -> size(text)
                .then(read -> read >= min && read <= max
                        ? new Parsed.Ok<>(read)
                        : new Parsed.Invalid<>("%s is out of range; use %s to %s"
                                .formatted(TextValues.quoted(text), format(min), format(max)))));
    }

    /// @return the duration in the notation of the configuration, such as `90s`, `5m` or `2d`
    public static String format(Duration duration) {
        return Stream.of(
                        Map.entry(Duration.ofDays(1), "d"),
                        Map.entry(Duration.ofHours(1), "h"),
                        Map.entry(Duration.ofMinutes(1), "m"),
                        Map.entry(Duration.ofSeconds(1), "s"),
                        Map.entry(Duration.ofMillis(1), "ms"))
                .filter(unit -> !duration.isZero()
                        && duration.equals(unit.getKey().multipliedBy(duration.dividedBy(unit.getKey()))))
                .map(unit -> duration.dividedBy(unit.getKey()) + unit.getValue())
                .findFirst()
                .orElse(duration.isZero() ? "0s" : duration.toNanos() + "ns");
    }

    /// @return the size in the notation of the configuration, such as `35MiB`; the number of octets if it is
    ///     0 or not a multiple of 1 KiB
    public static String format(long octets) {
        return Stream.of(Map.entry(TIB, "TiB"), Map.entry(GIB, "GiB"), Map.entry(MIB, "MiB"), Map.entry(KIB, "KiB"))
                .filter(unit -> octets > 0 && octets % unit.getKey() == 0)
                .map(unit -> octets / unit.getKey() + unit.getValue())
                .findFirst()
                .orElse(Long.toString(octets));
    }

    private static boolean isBareNumber(String text) {
        return text.matches("-?[0-9.]+");
    }

    private static Parsed<Duration> duration(String text) {
        return read(text, config -> config.getDuration("value"), " is not a duration; " + DURATION_EXAMPLES);
    }

    private static Parsed<Long> size(String text) {
        return read(text, config -> config.getBytes("value"), " is not a size; " + SIZE_EXAMPLES);
    }

    private static <T> Parsed<T> read(String text, Function<Config, T> getter, String message) {
        try {
            return new Parsed.Ok<>(
                    getter.apply(ConfigValueFactory.fromAnyRef(text).atKey("value")));
        } catch (ConfigException.BadValue invalid) {
            return new Parsed.Invalid<>(TextValues.quoted(text) + message);
        }
    }
}
