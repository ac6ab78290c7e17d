package org.o365relay.daemon.cli.types;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Converts an age: `45s`, `30m`, `2h`, `1h30m`, `3d`, `2w`.
public final class AgeConverter implements ITypeConverter<Duration> {

    private static final Pattern PART = Pattern.compile("(\\d{1,6}) ?(s|min|m|h|d|w)", Pattern.CASE_INSENSITIVE);

    @Override
    public Duration convert(String text) {
        Matcher part = PART.matcher(text.strip());
        Duration age = Duration.ZERO;
        int end = 0;
        while (part.lookingAt()) {
            age = age.plus(duration(
                    Long.parseLong(part.group(1)),
                    Character.toLowerCase(part.group(2).charAt(0))));
            end = part.end();
            part.region(end, text.strip().length());
        }
        if (end == 0 || end < text.strip().length()) {
            throw new TypeConversionException("'" + text + "' is not an age; use for example 30m, 2h, 3d, 1w");
        }
        return age;
    }

    private static Duration duration(long number, char unit) {
        return switch (unit) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            case 'd' -> Duration.ofDays(number);
            default -> Duration.ofDays(7 * number);
        };
    }
}
