package org.o365relay.sandbox.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads and writes JSON (RFC 8259) as maps, lists, strings, numbers, booleans and null.
public final class JsonValues {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonValues() {}

    /// @return the members of the object; empty if the octets are not a JSON object
    public static Optional<Map<String, @Nullable Object>> object(byte[] octets) {
        try {
            Object value = MAPPER.readValue(octets, Object.class);
            return value instanceof Map<?, ?> ? Optional.of(asObject(value)) : Optional.empty();
        } catch (IOException notJson) {
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
        return toJson(members).getBytes(StandardCharsets.UTF_8);
    }

    /// @param value string, number, boolean or null, or a map or list of these
    public static String toJson(@Nullable Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON", e);
        }
    }
}
