package org.o365relay.daemon.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A flat JSON object (RFC 8259), a member a line, in the order given.
final class JsonObject {

    private final List<String> members = new ArrayList<>();

    JsonObject with(String name, @Nullable String value) {
        return raw(name, value == null ? "null" : quoted(value));
    }

    JsonObject with(String name, long value) {
        return raw(name, Long.toString(value));
    }

    JsonObject with(String name, List<String> values) {
        return raw(name, values.stream().map(JsonObject::quoted).collect(Collectors.joining(", ", "[", "]")));
    }

    @Override
    public String toString() {
        return members.stream().collect(Collectors.joining(",\n  ", "{\n  ", "\n}\n"));
    }

    private JsonObject raw(String name, String value) {
        members.add(quoted(name) + ": " + value);
        return this;
    }

    private static String quoted(String text) {
        return text.chars().mapToObj(JsonObject::escaped).collect(Collectors.joining("", "\"", "\""));
    }

    /// Half a surrogate pair is no text; it is escaped so that the file stays valid UTF-8.
    private static String escaped(int unit) {
        boolean asItIs = unit >= 0x20 && unit != '"' && unit != '\\' && unit != 0x7f;
        return switch (unit) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default ->
                asItIs && !Character.isSurrogate((char) unit) ? Character.toString(unit) : "\\u%04x".formatted(unit);
        };
    }
}
