package org.o365relay.daemon.control;

import com.azure.json.JsonProviders;
import com.azure.json.JsonReader;
import com.azure.json.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.report.JsonText;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;

/// A JSON object (RFC 8259) whose members keep their order.
final class JsonObject {

    private final Map<String, @Nullable Object> members = new LinkedHashMap<>();

    /// @param value text, number, boolean, object, or a list of these; constants, IDs, addresses and times
    ///     become strings
    JsonObject with(String name, @Nullable Object value) {
        members.put(name, plain(value));
        return this;
    }

    <T> JsonObject with(String name, List<T> values, Function<T, JsonObject> mapper) {
        return with(name, values.stream().map(mapper).toList());
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Enum<?> constant -> name(constant);
            case QueueId id -> id.toString();
            case EmailAddress address -> address.toString();
            case Instant time -> JsonText.time(time);
            case JsonObject object -> object.members;
            case List<?> list -> list.stream().map(JsonObject::plain).toList();
            case Object other -> other;
        };
    }

    /// @return the name of a constant in JSON: `bad-request` for `BAD_REQUEST`
    static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// @return the object on one line, in ASCII
    @Override
    public String toString() {
        return JsonText.of(members);
    }

    /// @throws InvalidJsonException if the text is not a JSON object
    static JsonObject parse(String text) {
        try (JsonReader reader = JsonProviders.createReader(text)) {
            Object value = reader.readUntyped();
            if (reader.nextToken() != JsonToken.END_DOCUMENT) {
                throw new InvalidJsonException("unexpected data after the JSON object");
            }
            return of(value);
        } catch (IOException | IllegalStateException e) {
            throw new InvalidJsonException("not a JSON object");
        }
    }

    private static JsonObject of(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new InvalidJsonException("not a JSON object");
        }
        JsonObject object = new JsonObject();
        map.forEach((name, member) -> object.members.put(String.valueOf(name), member));
        return object;
    }

    /// @return whether the member exists and is not null
    boolean has(String name) {
        return members.get(name) != null;
    }

    Set<String> names() {
        return Set.copyOf(members.keySet());
    }

    /// @return this
    /// @throws InvalidJsonException if a member with any other name is present and not null
    JsonObject requireOnly(Set<String> names) {
        members.forEach((name, value) -> {
            if (value != null && !names.contains(name)) {
                throw InvalidJsonException.unknownMember(name);
            }
        });
        return this;
    }

    String text(String name) {
        return get(name, String.class);
    }

    @Nullable
    String textOrNull(String name) {
        return has(name) ? text(name) : null;
    }

    long number(String name) {
        Number number = get(name, Number.class);
        if (number instanceof Integer || number instanceof Long) {
            return number.longValue();
        }
        throw bad(name);
    }

    int count(String name) {
        long number = number(name);
        if (number < Integer.MIN_VALUE || number > Integer.MAX_VALUE) {
            throw bad(name);
        }
        return (int) number;
    }

    boolean bool(String name) {
        return get(name, Boolean.class);
    }

    Instant time(String name) {
        try {
            return Instant.parse(text(name));
        } catch (DateTimeException e) {
            throw bad(name);
        }
    }

    @Nullable
    Instant timeOrNull(String name) {
        return has(name) ? time(name) : null;
    }

    QueueId id(String name) {
        return id(name, text(name));
    }

    @Nullable
    QueueId idOrNull(String name) {
        return has(name) ? id(name) : null;
    }

    static QueueId id(String name, String text) {
        return QueueId.parse(text).orElseThrow(() -> bad(name));
    }

    EmailAddress address(String name) {
        return EmailAddress.parse(text(name)).orElseThrow(() -> bad(name));
    }

    <E extends Enum<E>> E constant(String name, Class<E> type) {
        return constant(name, text(name), type);
    }

    static <E extends Enum<E>> E constant(String name, String text, Class<E> type) {
        return Stream.of(type.getEnumConstants())
                .filter(constant -> name(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> bad(name));
    }

    JsonObject object(String name) {
        return of(members.get(name));
    }

    /// @return the texts in the member; an empty list if the member is missing
    List<String> texts(String name) {
        return list(name).stream()
                .map(element -> {
                    if (element instanceof String text) {
                        return text;
                    }
                    throw bad(name);
                })
                .toList();
    }

    /// @return the mapped objects in the member; an empty list if the member is missing
    <T> List<T> objects(String name, Function<JsonObject, T> mapper) {
        return list(name).stream().map(JsonObject::of).map(mapper).toList();
    }

    private List<?> list(String name) {
        return has(name) ? get(name, List.class) : List.of();
    }

    private <T> T get(String name, Class<T> type) {
        Object value = members.get(name);
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        throw bad(name);
    }

    private static InvalidJsonException bad(String name) {
        return new InvalidJsonException("\"" + name + "\" is missing or invalid");
    }
}
