package org.o365relay.json;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Writes and reads records as JSON (RFC 8259).
///
/// - The members are the components of the record, with the same names and in the same order. A missing or null
///   member is an error, except that a `@Nullable` component becomes null and a collection becomes empty.
///   Unknown members are ignored.
/// - Times are ISO 8601 in UTC; queue IDs and email addresses are strings; enum constants, and the names of the
///   alternatives of a sealed interface, are in lower case with hyphens.
/// - Strings, numbers and booleans are not converted into each other.
///
/// Jackson limits nesting to 1000 levels and strings to 20 million characters.
public final class Json {

    /// Number of unreadable members and array elements at which a JSON text counts as unreadable as a whole.
    private static final int MAX_UNREADABLE = 100;

    private static final JsonMapper MAPPER = mapper().build();

    private Json() {}

    /// @return a builder configured with the rules above; the caller can add rules for its own format
    public static JsonMapper.Builder mapper() {
        return JsonMapper.builder()
                .annotationIntrospector(new RecordBinding())
                .addModule(new ValueModule())
                .visibility(PropertyAccessor.GETTER, Visibility.NONE)
                .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
                .visibility(PropertyAccessor.FIELD, Visibility.ANY)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT, DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
    }

    /// @param value a record, or a map or list of values that a record may contain
    /// @return the JSON text, on one line
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// @return the value; empty if the text is not valid JSON for this type
    public static <T> Optional<T> read(String text, Class<T> type) {
        try {
            return Optional.ofNullable(MAPPER.readValue(text, type));
        } catch (JsonProcessingException _) {
            return Optional.empty();
        }
    }

    /// @param octets JSON text in UTF-8, UTF-16 or UTF-32
    /// @return the value; empty if the text is not valid JSON for this type
    public static <T> Optional<T> read(byte[] octets, Class<T> type) {
        try {
            return Optional.ofNullable(MAPPER.readValue(octets, type));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// Reads JSON that another program wrote. A member that cannot be read, for example because it has an
    /// unexpected type, is treated as missing. An array element that cannot be read is left out.
    ///
    /// @param octets JSON text in UTF-8, UTF-16 or UTF-32
    /// @return the value; empty if the text cannot be read as this type
    public static <T> Optional<T> readLeniently(byte[] octets, Class<T> type) {
        Optional<T> readable = read(octets, type);
        if (readable.isPresent()) {
            return readable;
        }
        try {
            return readLeniently(MAPPER.readTree(octets), type);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static <T> Optional<T> readLeniently(JsonNode tree, Class<T> type) throws JsonProcessingException {
        for (int i = 0; i < MAX_UNREADABLE; i++) {
            try {
                return Optional.ofNullable(MAPPER.treeToValue(tree, type));
            } catch (JsonMappingException e) {
                if (!remove(tree, e.getPath())) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    /// Removes the value at the end of the path. If a member on the path is missing, removes the object that
    /// should contain the member.
    ///
    /// @return false if nothing was removed
    private static boolean remove(JsonNode node, List<Reference> path) {
        if (path.isEmpty()) {
            return false;
        }
        Reference step = path.getFirst();
        JsonNode child = step.getFieldName() == null ? node.get(step.getIndex()) : node.get(step.getFieldName());
        if (child == null) {
            return false;
        }
        return remove(child, path.subList(1, path.size())) || removeChild(node, step);
    }

    private static boolean removeChild(JsonNode node, Reference step) {
        return switch (node) {
            case ObjectNode object -> object.remove(step.getFieldName()) != null;
            case ArrayNode array -> array.remove(step.getIndex()) != null;
            default -> false;
        };
    }
}
