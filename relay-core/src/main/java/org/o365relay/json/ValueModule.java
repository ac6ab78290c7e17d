package org.o365relay.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;

/// Reads and writes value types as JSON strings.
final class ValueModule extends SimpleModule {

    private static final long serialVersionUID = 1;

    ValueModule() {
        add(Instant.class, Instant::toString, ValueModule::parseInstant);
        add(QueueId.class, QueueId::toString, QueueId::parse);
        add(EmailAddress.class, EmailAddress::toString, EmailAddress::parse);
    }

    private static Optional<Instant> parseInstant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    private <T> void add(Class<T> type, Function<T, String> format, Function<String, Optional<T>> parser) {
        addSerializer(type, new StdSerializer<>(type) {
            @Override
            public void serialize(T value, JsonGenerator json, SerializerProvider context) throws IOException {
                json.writeString(format.apply(value));
            }
        });
        addDeserializer(type, new StdDeserializer<>(type) {
            @Override
            public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
                String text = json.hasToken(JsonToken.VALUE_STRING) ? json.getText() : "";
                return parser.apply(text).orElseThrow(() -> context.weirdStringException(text, type, "invalid"));
            }
        });
    }
}
