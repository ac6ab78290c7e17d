package org.o365relay.config.values;

import com.typesafe.config.ConfigValue;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Suggestion;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.mail.Secret;

/// Parses text values and quotes them in error messages.
public final class TextValues {

    private static final int MAX_QUOTE = 80;
    private static final Pattern UNPRINTABLE = Pattern.compile(
            "[\\p{IsCc}\\p{IsZl}\\p{IsZp}\\p{IsCs}\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069\\uFEFF\\uFFFD]");

    /// Accepts any text, number, `true` or `false`, unless it is blank.
    public static final ValueParser<String> ANY = TextValues::text;

    /// Parses a secret, which error messages never quote.
    public static final ValueParser<Secret> SECRET = ANY.then(text -> new Parsed.Ok<>(new Secret(text)));

    /// Parses `true` or `false`.
    public static final ValueParser<Boolean> FLAG = ANY.then(text -> switch (text) {
        case "true" -> new Parsed.Ok<>(true);
        case "false" -> new Parsed.Ok<>(false);
        case String other -> new Parsed.Invalid<>(quoted(other) + " is neither true nor false");
    });

    private TextValues() {}

    /// Parses a constant of an enum, written in lower case with hyphens.
    public static <E extends Enum<E>> ValueParser<E> oneOf(Class<E> choices) {
        List<E> constants = List.of(choices.getEnumConstants());
        List<String> names = constants.stream().map(TextValues::name).toList();
        return ANY.then(text -> {
            int index = names.indexOf(text);
            return index >= 0 ? new Parsed.Ok<>(constants.get(index)) : unknown(text, names);
        });
    }

    public static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static <T> Parsed<T> unknown(String text, List<String> names) {
        String known = String.join(", ", names);
        return new Parsed.Invalid<>(Suggestion.nearest(text, names)
                .map(name -> "%s is not known; did you mean %s?".formatted(quoted(text), name))
                .orElse("%s is not known; use %s".formatted(quoted(text), known)));
    }

    /// @return whether the text contains no control or bidirectional characters, and no beginning of an encoded
    ///     word (RFC 2047)
    public static boolean isSafeInHeader(String text) {
        return !text.contains("=?") && !UNPRINTABLE.matcher(text).find();
    }

    /// @return the text for an error message: in quotes unless it is a number, on one line, truncated to 80
    ///     characters
    public static String quoted(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        String shown = line.length() > MAX_QUOTE ? line.substring(0, MAX_QUOTE) + "…" : line;
        return shown.matches("-?\\d+") ? shown : '"' + shown + '"';
    }

    private static Parsed<String> text(ConfigValue value) {
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> notBlank(asWritten(value));
            case LIST -> new Parsed.Invalid<>("must be one value, not a list [ … ]");
            case OBJECT -> new Parsed.Invalid<>("must be a value, not a section { … }");
            case NULL -> new Parsed.Invalid<>("is null");
        };
    }

    private static Parsed<String> notBlank(String text) {
        return text.isBlank()
                ? new Parsed.Invalid<>("is empty; give it a value or leave it out")
                : new Parsed.Ok<>(text);
    }

    /// Returns the text as written in the file, even if it is a number: the password 0123 keeps its zero.
    private static String asWritten(ConfigValue value) {
        return value.atKey("value").getString("value");
    }
}
