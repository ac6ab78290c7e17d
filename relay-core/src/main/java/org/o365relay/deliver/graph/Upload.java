package org.o365relay.deliver.graph;

import com.azure.json.JsonProviders;
import com.azure.json.JsonWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.rewrite.Attachment;
import org.o365relay.rewrite.Stored;

/// Brings one attachment to a draft: in one request if it is small, else range by range, in order. A range whose
/// connection is lost goes on where Graph says that it ended.
final class Upload {

    // Graph takes 3,145,611 octets in one request, and by a session no less than 2,097,152.
    private static final long MOST_AT_ONCE = 3_000_000;
    private static final int RANGE = 10 * 320 * 1024;
    private static final int MOST_LOST = 3;

    private final Api api;
    private final Stored message;
    private final String draft;
    private @Nullable AttemptEnded lastTrouble;

    Upload(Api api, Stored message, String draft) {
        this.api = api;
        this.message = message;
        this.draft = draft;
    }

    /// @param size of its content, decoded
    void bring(Attachment attachment, long size) throws AttemptEnded, IOException {
        if (size < MOST_AT_ONCE) {
            bringAtOnce(attachment);
        } else {
            bringByRanges(attachment, size);
        }
    }

    private void bringAtOnce(Attachment attachment) throws AttemptEnded, IOException {
        byte[] content;
        try (InputStream in = attachment.open(message)) {
            content = in.readAllBytes();
        }
        String json = json(writer -> {
            writer.writeStringField("@odata.type", "#microsoft.graph.fileAttachment");
            describe(writer, attachment);
            writer.writeStringField("contentBytes", Base64.getEncoder().encodeToString(content));
        });
        api.ask(Call.json("POST", api.address("messages", draft, "attachments"), Step.CONTENT, json), 201);
    }

    private static void describe(JsonWriter writer, Attachment attachment) throws IOException {
        writer.writeStringField("name", attachment.name());
        writer.writeStringField("contentType", attachment.type());
        String contentId = attachment.contentId();
        if (contentId != null) {
            writer.writeBooleanField("isInline", true);
            writer.writeStringField("contentId", contentId);
        }
    }

    private void bringByRanges(Attachment attachment, long size) throws AttemptEnded, IOException {
        URI session = session(attachment, size);
        byte[] range = new byte[RANGE];
        int lost = 0;
        long next = 0;
        long position = 0; // of the stream
        @Nullable InputStream in = null;
        try {
            while (next < size) {
                if (in == null || position != next) {
                    close(in);
                    in = attachment.open(message);
                    in.skipNBytes(next);
                }
                int length = in.readNBytes(range, 0, (int) Math.min(RANGE, size - next));
                position = next + length;
                long reached = put(session, range, length, next, size);
                lost = reached > next ? 0 : lost + 1;
                if (lost > MOST_LOST) {
                    throw Objects.requireNonNullElseGet(
                            lastTrouble, () -> broken("does not take the upload any further"));
                }
                next = reached;
            }
        } finally {
            close(in);
        }
    }

    private static void close(@Nullable InputStream in) throws IOException {
        if (in != null) {
            in.close();
        }
    }

    private URI session(Attachment attachment, long size) throws AttemptEnded, IOException {
        String json = json(writer -> {
            writer.writeStartObject("AttachmentItem");
            writer.writeStringField("attachmentType", "file");
            describe(writer, attachment);
            writer.writeLongField("size", size);
            writer.writeEndObject();
        });
        URI address = api.address("messages", draft, "attachments", "createUploadSession");
        Answer answer = api.ask(Call.json("POST", address, Step.CONTENT, json), 201);
        try {
            return URI.create(answer.text("uploadUrl").orElseThrow(() -> broken("names no address for the upload")));
        } catch (IllegalArgumentException noAddress) {
            throw broken("names no usable address for the upload");
        }
    }

    /// The address is good for itself: with a token Graph would refuse it.
    ///
    /// @return how much is there now
    private long put(URI session, byte[] range, int length, long from, long size) throws AttemptEnded {
        Map<String, String> headers = Map.of(
                "Content-Type",
                "application/octet-stream",
                "Content-Range",
                "bytes " + from + "-" + (from + length - 1) + "/" + size);
        Call put = new Call("PUT", session, Step.CONTENT, headers, Call.Body.of(range, length));
        try {
            Answer answer = api.askNameless(put);
            if (answer.status() == 201) {
                return size;
            }
            if (answer.status() == 200 || answer.status() == 202) {
                return expected(answer).orElse(from + length);
            }
            lastTrouble = api.refused(Step.CONTENT, withoutKey(answer, session));
            if (answer.status() < 500) {
                throw lastTrouble;
            }
        } catch (AttemptEnded e) {
            if (e.response().origin() != Origin.NETWORK) {
                throw e;
            }
            lastTrouble = e;
        }
        return resume(session, size);
    }

    private long resume(URI session, long size) throws AttemptEnded {
        Answer answer = api.askNameless(Call.plain("GET", session, Step.CONTENT));
        if (answer.status() != 200) {
            throw api.refused(Step.CONTENT, withoutKey(answer, session));
        }
        return expected(answer).orElse(size);
    }

    /// @return empty if nothing more is expected
    private static OptionalLong expected(Answer answer) throws AttemptEnded {
        List<?> ranges = Answer.list(answer.json(), "nextExpectedRanges");
        Optional<String> first = ranges.stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .findFirst();
        if (first.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(first.get().split("-", 2)[0].strip()));
        } catch (NumberFormatException unreadable) {
            throw broken("says of the upload what is no range");
        }
    }

    private static Answer withoutKey(Answer answer, URI session) {
        String key = session.getRawQuery();
        return key == null || key.isEmpty() ? answer : answer.without(key);
    }

    private static AttemptEnded broken(String what) {
        return new AttemptEnded(
                new Response(Step.CONTENT, Answer.reply(502, "UploadFailed: Microsoft Graph " + what), Origin.GRAPH));
    }

    /// Writes the fields of an object.
    @FunctionalInterface
    interface Fields {
        void writeTo(JsonWriter writer) throws IOException;
    }

    static String json(Fields fields) throws IOException {
        StringWriter json = new StringWriter();
        try (JsonWriter writer = JsonProviders.createWriter(json)) {
            writer.writeStartObject();
            fields.writeTo(writer);
            writer.writeEndObject();
        }
        return json.toString();
    }
}
