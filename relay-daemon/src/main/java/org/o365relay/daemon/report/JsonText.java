package org.o365relay.daemon.report;

import com.azure.json.JsonProviders;
import com.azure.json.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes JSON (RFC 8259) in ASCII, independent of terminal and locale. Members keep their order.
public final class JsonText {

    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private JsonText() {}

    /// @return in UTC, always with milliseconds, so that times sort as text: `2026-11-21T07:05:00.000Z`
    public static String time(Instant time) {
        return TIME.format(time);
    }

    /// @param value text, number, boolean, null, or a map or list of these
    /// @return on one line
    public static String of(@Nullable Object value) {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = JsonProviders.createWriter(text)) {
            writer.writeUntyped(value);
        } catch (IOException inMemory) {
            throw new IllegalStateException("cannot write JSON", inMemory);
        }
        return ascii(text.toString());
    }

    /// @return an object with one line per member, and one per object in a list
    public static String object(Map<String, ? extends @Nullable Object> members) {
        return members.entrySet().stream()
                .map(member -> of(member.getKey()) + ": " + indented(member.getValue()))
                .collect(Collectors.joining(",\n  ", "{\n  ", "\n}"));
    }

    /// @return an array with one line per element
    public static String array(List<?> elements) {
        return array(elements, "\n");
    }

    private static String indented(@Nullable Object value) {
        return value instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)
                ? array(list, "\n  ")
                : of(value);
    }

    private static String array(List<?> elements, String end) {
        String begin = end + "  ";
        return elements.isEmpty()
                ? "[]"
                : elements.stream().map(JsonText::of).collect(Collectors.joining("," + begin, "[" + begin, end + "]"));
    }

    /// Non-ASCII characters occur only in strings, where they can be escaped.
    private static String ascii(String json) {
        StringBuilder text = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c < 0x7f) {
                text.append(c);
            } else {
                text.append("\\u").append(String.format(Locale.ROOT, "%04x", (int) c));
            }
        }
        return text.toString();
    }
}
