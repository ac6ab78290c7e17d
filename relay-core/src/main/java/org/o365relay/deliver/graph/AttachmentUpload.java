package org.o365relay.deliver.graph;

import com.azure.json.JsonProviders;
import com.azure.json.JsonWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.ArrayList;
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
import org.o365relay.rewrite.StoredContent;

/// Brings the attachments to a draft: each in one request if it is small, else range by range, in order. A range
/// whose connection is lost goes on where Graph says that it ended. A file is there if Graph has said that it has
/// made it (201), or shows it among the draft's; no other answer is taken for that, whoever gives it.
final class AttachmentUpload {

    // Graph takes 3,145,611 octets in one request, and by a session no less than 2,097,152.
    private static final long MOST_AT_ONCE = 3_000_000;
    private static final int RANGE = 10 * 320 * 1024;
    private static final int MOST_LOST = 3;

    private final GraphClient api;
    private final StoredContent message;
    private final String draft;
    private final List<String> brought = new ArrayList<>();
    private @Nullable AttemptEnded lastTrouble;

    AttachmentUpload(GraphClient api, StoredContent message, String draft) {
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
        brought.add(attachment.name());
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
        api.ask(GraphRequest.json("POST", api.address("messages", draft, "attachments"), Step.CONTENT, json), 201);
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
                long reached = put(session, range, length, next, size, attachment.name());
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
        GraphResponse answer = api.ask(GraphRequest.json("POST", address, Step.CONTENT, json), 201);
        try {
            URI session =
                    URI.create(answer.text("uploadUrl").orElseThrow(() -> broken("names no address for the upload")));
            if (session.getHost() != null && isAsSafeAsGraph(session)) {
                return session;
            }
        } catch (IllegalArgumentException noAddress) {
            // said below
        }
        throw broken("names no usable address for the upload");
    }

    private boolean isAsSafeAsGraph(URI session) {
        return "https".equalsIgnoreCase(session.getScheme())
                || ("http".equals(session.getScheme())
                        && "http".equals(api.root().getScheme()));
    }

    /// The address is good for itself: with a token Graph would refuse it.
    ///
    /// @return how much is there now; the size only if the file is
    private long put(URI session, byte[] range, int length, long from, long size, String name) throws AttemptEnded {
        boolean last = from + length == size;
        Map<String, String> headers = Map.of(
                "Content-Type",
                "application/octet-stream",
                "Content-Range",
                "bytes " + from + "-" + (from + length - 1) + "/" + size);
        GraphRequest put = new GraphRequest("PUT", session, Step.CONTENT, headers, GraphRequest.Body.of(range, length));
        try {
            GraphResponse answer = api.askNameless(put);
            if (answer.status() == 201 && last) {
                return size;
            }
            if (answer.status() < 300) {
                return reached(answer, size, last, name);
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
        return resume(session, size, last, name);
    }

    /// Of a file that is there the session is gone.
    private long resume(URI session, long size, boolean last, String name) throws AttemptEnded {
        GraphResponse answer = api.askNameless(GraphRequest.plain("GET", session, Step.CONTENT));
        if (answer.status() == 404 && last && isThere(name, size)) {
            return size;
        }
        if (answer.status() != 200) {
            throw api.refused(Step.CONTENT, withoutKey(answer, session));
        }
        return reached(answer, size, last, name);
    }

    /// @param last whether all of the file has been sent
    private long reached(GraphResponse answer, long size, boolean last, String name) throws AttemptEnded {
        OptionalLong next = expected(answer);
        if (next.isPresent() && next.getAsLong() >= 0 && next.getAsLong() < size) {
            return next.getAsLong();
        }
        if (last && isThere(name, size)) {
            return size;
        }
        throw broken("does not say what is there of the upload");
    }

    /// @return empty if nothing more is expected, or the answer is not Graph's
    private static OptionalLong expected(GraphResponse answer) throws AttemptEnded {
        Optional<String> first = GraphResponse.list(answer.json(), "nextExpectedRanges").stream()
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

    /// Asks whether the draft has the file. What was left in the draft when it was made is smaller than what comes
    /// by ranges.
    private boolean isThere(String name, long size) throws AttemptEnded {
        URI files = URI.create(api.address("messages", draft, "attachments") + "?$select=name,size");
        GraphResponse answer = api.ask(GraphRequest.plain("GET", files, Step.CONTENT), 200);
        long there = GraphResponse.list(answer.json(), "value").stream()
                .filter(Map.class::isInstance)
                .map(Map.class::cast)
                .filter(file -> name.equals(file.get("name")))
                .filter(file -> file.get("size") instanceof Number octets && octets.longValue() >= size)
                .count();
        return there > brought.stream().filter(name::equals).count();
    }

    private static GraphResponse withoutKey(GraphResponse answer, URI session) {
        String key = session.getRawQuery();
        return key == null || key.isEmpty() ? answer : answer.without(key);
    }

    private static AttemptEnded broken(String what) {
        return new AttemptEnded(new Response(
                Step.CONTENT, GraphResponse.reply(502, "UploadFailed: Microsoft Graph " + what), Origin.GRAPH));
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
