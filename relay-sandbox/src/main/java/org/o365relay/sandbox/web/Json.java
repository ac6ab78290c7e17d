package org.o365relay.sandbox.web;

import com.azure.json.JsonProviders;
import com.azure.json.JsonReader;
import com.azure.json.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads and writes JSON (RFC 8259) as maps, lists, strings, numbers and booleans.
public final class Json {

    private Json() {}

    /// @return empty if the octets are not a JSON object
    public static Optional<Map<String, @Nullable Object>> object(byte[] octets) {
        try (JsonReader reader = JsonProviders.createReader(octets)) {
            Object value = reader.readUntyped();
            return value instanceof Map<?, ?> ? Optional.of(asObject(value)) : Optional.empty();
        } catch (IOException | IllegalStateException notJson) {
            return Optional.empty();
        }
    }

    /// @return the members of an object; empty for any other value
    public static Map<String, @Nullable Object> asObject(@Nullable Object value) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, member) -> members.put(String.valueOf(name), member));
        }
        return members;
    }

    /// @return the elements of a list; empty for any other value
    public static List<?> asList(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    /// @return the string; empty for any other value
    public static String asText(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }

    public static byte[] octets(Map<String, ?> members) {
        return text(members).getBytes(StandardCharsets.UTF_8);
    }

    /// @param value text, number, boolean, null, or a map or list of these
    public static String text(@Nullable Object value) {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = JsonProviders.createWriter(text)) {
            writer.writeUntyped(value);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write JSON to memory", e);
        }
        return text.toString();
    }
}
