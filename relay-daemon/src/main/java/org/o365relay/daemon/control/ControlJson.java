package org.o365relay.daemon.control;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.Page;

/// The JSON (RFC 8259) that commands, except `check`, print with `--json` and that the relay sends over the
/// control socket, in ASCII. The JSON is on one line, except that `mailboxes` and `devices` print one line per
/// element of their list, and `explain` prints one line per member and per step. Readers must ignore members
/// they do not know; members are added, never renamed, and have no fixed order.
///
/// - Times are ISO 8601 in UTC, `2026-11-21T18:25:09.123Z`; sizes are in octets; queue IDs and addresses are
///   strings; constants are lower case with hyphens. An absent value is `null`; the Javadoc of each record
///   states what an empty string means.
/// - [QueueSummary]: `at`, `open`, `states` (the number of `queued`, `deferred`, `delivering` and `held`
///   messages), `oldest`, `oldestAt`, `nextDueAt`, `due` (the number of messages due now, by mailbox or pool),
///   and `mailboxes`, `clients` and `reasons`, each a list of
///   `name`, `messages`, `oldest`.
/// - [Page]: `messages`, `next`. A message: `id`, `state`, `receivedAt`, `client`, `helo`, `sender`,
///   `recipients` (the first few), `recipientCount`, `size`, `route`, `mailbox`, `priority`, `attempts`,
///   `dueAt`, `reason`, `subject`, `messageId`, `newMessageId`, `settledAt`, `notice`; `queue list` and `queue
///   show` also print `waiting`, why it waits: `kind` (`not-running`, `hold`, `paused`, `blocked`, `retrying`,
///   `daily-quota`, `backoff`, `retry`, `rate-limit`, `connections` or `turn`), `until`, `text`.
/// - [MessageDetail]: `message` (as above), `protocol`, `body`, `smtpUtf8`, `changes` (by rewriting rules:
///   `fromName`, `replyTo`, `subjectPrefix`, `redirected`, `moreRedirected`, `addedRecipient`), `content`,
///   `hasContent`, `contentUntil`, `recipients` (all: `ordinal`, `address`, `state`; commands also print
///   `lastResult`, the last event with a result for the recipient), `events` (`at`, `recipient` (an ordinal),
///   `kind`, `upstream`, `detail`, `reason`, `uncertain`). `o365-relay trace` prints `messages`, a list of these, and
///   `next`.
/// - [ChangeResult]: `changed`, `skipped`, `stopped`; commands also print `selected`, the number of selected
///   messages, `inBackoff`, how many of these waited for a backoff that `queue retry` lifts, and
///   `withoutContent`, how many are not resent because their content is no longer kept.
/// - [MailboxStatus]: `mailbox`, `state`, `since`, `upstream`, `reply`, `reason`, `cause`, `advice`,
///   `nextProbeAt`, `delivering`, `messagesPerMinute` (a lowered rate; otherwise null), `limits`: `account`,
///   `messagesPerMinute`, `nextMessageAt`, `connections`, `connectionsInUse`, `nextConnectionAt`,
///   `recipientsPerDay`, `recipientsCounted`; `backoffs`: `kind`, `address`, `until`, `reason`, `reply`.
/// - [ResumeResult]: `changed` (whether the command had an effect), `resumed`, `backoffs` (how many were
///   ended), `messages` (how many became due), `probes`:
///   `upstream`, `target` (`mailbox` for a blocked mailbox; `upstream` for an upstream that is suspended or
///   asked the relay to wait), `cause`, `method` (`sign-in`, `message`, `quota`), `waitsUntil` (when part of
///   the relay's own daily quota is free again; null unless `method` is `quota` and the quota is used up).
/// - [ReloadResult]: `outcome` (`reloaded`, `unchanged`, `compared`, `invalid`, `unusable`), `changes` (`key`,
///   `before`, `after`, `needsRestart`; secrets are `***`), `remarks`, `problems`.
/// - [RelayStatus]: `at`, `running` (`version`, `pid`, `startedAt`, `listeners`, `mailboxes`, `rates`: `event`,
///   `lastMinute`, `lastHour`, `lastDay`; `alerts`: `name`, `since`, `subject`, `text`, `advice`), `queue` (a
///   summary), `disk` (`free`, `minimumFree`, `used`, `maximum`).
public final class ControlJson {

    private static final JsonMapper MAPPER = mapper();

    private ControlJson() {}

    private static JsonMapper mapper() {
        JsonMapper mapper = Json.mapper()
                .addModule(new SimpleModule().addSerializer(new TimeInMilliseconds()))
                .addHandler(new IgnoredNull())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        mapper.setMixIns(Members.BY_TYPE);
        mapper.getFactory().setCharacterEscapes(new AsciiEscapes());
        return mapper;
    }

    /// Writes times with exactly three decimals, so that they sort as text.
    private static final class TimeInMilliseconds extends StdSerializer<Instant> {

        private static final long serialVersionUID = 1;
        private static final DateTimeFormatter FORMAT =
                new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

        TimeInMilliseconds() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant time, JsonGenerator json, SerializerProvider context) throws IOException {
            json.writeString(FORMAT.format(time));
        }
    }

    /// Ignores unknown members whose value is null, even in a change: a null member of a filter imposes no
    /// condition.
    private static final class IgnoredNull extends DeserializationProblemHandler {

        @Override
        public boolean handleUnknownProperty(
                DeserializationContext context,
                JsonParser json,
                JsonDeserializer<?> deserializer,
                Object type,
                String name) {
            return json.hasToken(JsonToken.VALUE_NULL);
        }
    }

    /// @param value value to write, such as one of the records described above
    public static String toJson(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// @param waits why a message waits; its value becomes the member `waiting` of the message
    public static String toJson(Page page, Function<MessageEntry, Optional<?>> waits) {
        JsonNode tree = tree(page);
        for (int i = 0; i < page.entries().size(); i++) {
            addWaiting(tree.get("messages").get(i), waits.apply(page.entries().get(i)));
        }
        return toJson(tree);
    }

    /// @param waiting why the message waits; becomes its member `waiting`
    public static String toJson(MessageDetail message, Optional<?> waiting) {
        JsonNode tree = withResults(message);
        addWaiting(tree.get("message"), waiting);
        return toJson(tree);
    }

    private static void addWaiting(JsonNode message, Optional<?> waiting) {
        ((ObjectNode) message).set("waiting", tree(waiting.orElse(null)));
    }

    /// @param next queue ID of the first message of the next page; null on the last page
    public static String toJson(List<MessageDetail> messages, @Nullable QueueId next) {
        return toJson(
                new TraceResult(messages.stream().map(ControlJson::withResults).toList(), next));
    }

    private record TraceResult(
            List<JsonNode> messages, @Nullable QueueId next) {}

    /// @return the message, in which each recipient has a member `lastResult`
    private static JsonNode withResults(MessageDetail message) {
        JsonNode tree = tree(message);
        for (int i = 0; i < message.recipients().size(); i++) {
            ((ObjectNode) tree.get("recipients").get(i))
                    .set(
                            "lastResult",
                            tree(message.lastResult(message.recipients().get(i)).orElse(null)));
        }
        return tree;
    }

    /// @param selected number of messages selected
    /// @param inBackoff how many of them waited for a backoff that the change lifts
    /// @param withoutContent number of further messages that are not resent, because their content is not kept
    public static String toJson(long selected, long inBackoff, long withoutContent, ChangeResult result) {
        return toJson(new SelectionResult(
                result.changed(), result.skipped(), result.stopped(), selected, inBackoff, withoutContent));
    }

    private record SelectionResult(
            long changed, long skipped, String stopped, long selected, long inBackoff, long withoutContent) {}

    /// @return an array with one line per element
    public static String lines(List<?> elements) {
        return array(elements, "\n");
    }

    private static String array(Iterable<?> elements, String end) {
        List<String> texts = new ArrayList<>();
        elements.forEach(element -> texts.add(toJson(element)));
        return texts.isEmpty() ? "[]" : "[" + end + "  " + String.join("," + end + "  ", texts) + end + "]";
    }

    /// @return an object with one line per member; if the value of a member is a list of objects, each of them
    ///     has a line of its own
    public static String lines(Record object) {
        return tree(object).properties().stream()
                .map(member -> toJson(member.getKey()) + ": " + indented(member.getValue()))
                .collect(Collectors.joining(",\n  ", "{\n  ", "\n}"));
    }

    private static String indented(JsonNode value) {
        return value.isArray() && value.valueStream().allMatch(JsonNode::isObject)
                ? array(value, "\n  ")
                : toJson(value);
    }

    static JsonNode tree(@Nullable Object value) {
        return MAPPER.valueToTree(value);
    }

    /// Ignores unknown members.
    ///
    /// @throws InvalidJsonException if the text is not an object of this type
    static <T> T read(String text, Class<T> type) {
        return read(MAPPER.readerFor(type), reader -> reader.readValue(text));
    }

    /// Ignores unknown members.
    ///
    /// @throws InvalidJsonException if the value is null or not an object of this type
    static <T> T read(@Nullable JsonNode value, Class<T> type) {
        return read(MAPPER.readerFor(type), reader -> value == null ? null : reader.readValue(value));
    }

    /// @throws InvalidJsonException if the text is not a request, or has an unknown member that must not be
    ///     ignored
    static Request request(String text) {
        return read(
                MAPPER.readerFor(Request.class).with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES),
                reader -> reader.readValue(text));
    }

    @FunctionalInterface
    private interface Reading<T> {
        @Nullable
        T with(ObjectReader reader) throws IOException;
    }

    private static <T> T read(ObjectReader reader, Reading<T> reading) {
        try {
            T value = reading.with(reader);
            if (value != null) {
                return value;
            }
        } catch (UnrecognizedPropertyException e) {
            throw InvalidJsonException.unknownMember(e.getPropertyName());
        } catch (InvalidTypeIdException e) {
            String kind = e.getBaseType().hasRawClass(Request.class) ? "operation" : "change";
            throw new InvalidJsonException(
                    e.getTypeId() == null
                            ? "\"" + kind + "\" is missing or invalid"
                            : "unknown " + kind + " \"" + e.getTypeId() + "\"");
        } catch (JsonMappingException e) {
            throw new InvalidJsonException(
                    e.getPath().isEmpty() ? "not a JSON object" : "\"" + member(e) + "\" is missing or invalid");
        } catch (IOException _) {
            // reported below
        }
        throw new InvalidJsonException("not a JSON object");
    }

    private static String member(JsonMappingException e) {
        return e.getPath().stream()
                .map(JsonMappingException.Reference::getFieldName)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("."));
    }
}
