package org.o365relay.deliver.graph;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.rewrite.Attachment;
import org.o365relay.rewrite.StoredContent;

/// Uploads attachments to a draft: a small one in one request, a larger one in ranges, in order. After a lost
/// connection the upload continues at the position that Graph reports. An attachment counts as uploaded only if
/// Graph replied 201 or lists it in the draft.
final class AttachmentUpload {

    // Graph accepts up to 3,145,611 octets in one request, and at least 2,097,152 in an upload session.
    private static final long MAX_SINGLE_REQUEST = 3_000_000;
    private static final int RANGE = 10 * 320 * 1024;
    private static final int MAX_RETRIES = 3;

    private final GraphClient client;
    private final StoredContent message;
    private final String draft;
    private final List<String> uploaded = new ArrayList<>();
    private @Nullable AttemptAbortedException lastFailure;

    /// The attachment with its content; `isInline` and `contentId` are left out if the attachment is not inline.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record FileAttachment(
            @JsonProperty("@odata.type") String type,
            String name,
            String contentType,
            @Nullable Boolean isInline,
            @Nullable String contentId,
            String contentBytes) {}

    private record SessionRequest(
            @JsonProperty("AttachmentItem") AttachmentItem attachment) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record AttachmentItem(
            String attachmentType,
            String name,
            String contentType,
            @Nullable Boolean isInline,
            @Nullable String contentId,
            long size) {}

    private record UploadSession(@Nullable String uploadUrl, List<String> nextExpectedRanges) {}

    private record AttachmentList(List<ListedAttachment> value) {}

    private record ListedAttachment(
            @Nullable String name, @Nullable Long size) {}

    AttachmentUpload(GraphClient client, StoredContent message, String draft) {
        this.client = client;
        this.message = message;
        this.draft = draft;
    }

    /// @param size size of the decoded content in octets
    void upload(Attachment attachment, long size) throws AttemptAbortedException, IOException {
        if (size < MAX_SINGLE_REQUEST) {
            uploadInOneRequest(attachment);
        } else {
            uploadByRanges(attachment, size);
        }
        uploaded.add(attachment.name());
    }

    private void uploadInOneRequest(Attachment attachment) throws AttemptAbortedException, IOException {
        byte[] content;
        try (InputStream in = attachment.open(message)) {
            content = in.readAllBytes();
        }
        FileAttachment file = new FileAttachment(
                "#microsoft.graph.fileAttachment",
                attachment.name(),
                attachment.type(),
                isInline(attachment),
                attachment.contentId(),
                Base64.getEncoder().encodeToString(content));
        client.send(
                GraphRequest.json("POST", client.address("messages", draft, "attachments"), Step.CONTENT, file), 201);
    }

    private static @Nullable Boolean isInline(Attachment attachment) {
        return attachment.contentId() == null ? null : true;
    }

    private void uploadByRanges(Attachment attachment, long size) throws AttemptAbortedException, IOException {
        URI session = session(attachment, size);
        byte[] range = new byte[RANGE];
        int failures = 0;
        long next = 0;
        long position = 0; // in the attachment's content
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
                failures = reached > next ? 0 : failures + 1;
                if (failures > MAX_RETRIES) {
                    throw Objects.requireNonNullElseGet(
                            lastFailure, () -> uploadFailed("does not continue the upload"));
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

    private URI session(Attachment attachment, long size) throws AttemptAbortedException {
        AttachmentItem item = new AttachmentItem(
                "file", attachment.name(), attachment.type(), isInline(attachment), attachment.contentId(), size);
        URI address = client.address("messages", draft, "attachments", "createUploadSession");
        GraphResponse response =
                client.send(GraphRequest.json("POST", address, Step.CONTENT, new SessionRequest(item)), 201);
        try {
            URI session = URI.create(response.json(UploadSession.class)
                    .map(UploadSession::uploadUrl)
                    .filter(url -> !url.isEmpty())
                    .orElseThrow(() -> uploadFailed("returned no URL for the upload")));
            if (session.getHost() != null && isProtected(session)) {
                return session;
            }
        } catch (IllegalArgumentException noAddress) {
            // reported below
        }
        throw uploadFailed("returned no usable URL for the upload");
    }

    private boolean isProtected(URI session) {
        return "https".equalsIgnoreCase(session.getScheme())
                || ("http".equals(session.getScheme())
                        && "http".equals(client.root().getScheme()));
    }

    /// Uploads a range. The URL contains the authorization; Graph refuses a request that also has an
    /// access token.
    ///
    /// @return number of octets that Graph has received; the full size only if the attachment is complete
    private long put(URI session, byte[] range, int length, long from, long size, String name)
            throws AttemptAbortedException {
        boolean last = from + length == size;
        Map<String, String> headers = Map.of(
                "Content-Type",
                "application/octet-stream",
                "Content-Range",
                "bytes " + from + "-" + (from + length - 1) + "/" + size);
        GraphRequest put = new GraphRequest("PUT", session, Step.CONTENT, headers, GraphRequest.Body.of(range, length));
        try {
            GraphResponse response = client.sendUnauthenticated(put);
            if (response.status() == 201 && last) {
                return size;
            }
            if (response.status() < 300) {
                return reached(response, size, last, name);
            }
            lastFailure = client.refused(Step.CONTENT, redacted(response, session));
            if (response.status() < 500) {
                throw lastFailure;
            }
        } catch (AttemptAbortedException e) {
            if (e.response().origin() != Origin.NETWORK) {
                throw e;
            }
            lastFailure = e;
        }
        return resume(session, size, last, name);
    }

    /// Queries the state of the session; after the last range the session no longer exists (404).
    private long resume(URI session, long size, boolean last, String name) throws AttemptAbortedException {
        GraphResponse response = client.sendUnauthenticated(GraphRequest.plain("GET", session, Step.CONTENT));
        if (response.status() == 404 && last && isAttached(name, size)) {
            return size;
        }
        if (response.status() != 200) {
            throw client.refused(Step.CONTENT, redacted(response, session));
        }
        return reached(response, size, last, name);
    }

    /// @param last whether the last range was sent
    private long reached(GraphResponse response, long size, boolean last, String name) throws AttemptAbortedException {
        OptionalLong next = expected(response);
        if (next.isPresent() && next.getAsLong() >= 0 && next.getAsLong() < size) {
            return next.getAsLong();
        }
        if (last && isAttached(name, size)) {
            return size;
        }
        throw uploadFailed("did not report the state of the upload");
    }

    /// @return start of the next expected range; empty if there is none, or the response is not Graph's
    private static OptionalLong expected(GraphResponse response) throws AttemptAbortedException {
        Optional<String> first = response.json(UploadSession.class)
                .flatMap(session -> session.nextExpectedRanges().stream().findFirst());
        if (first.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(first.get().split("-", 2)[0].strip()));
        } catch (NumberFormatException unreadable) {
            throw uploadFailed("reported an invalid range for the upload");
        }
    }

    /// Checks whether the draft lists the attachment. Attachments that the draft was created with are smaller
    /// than any that is uploaded in ranges.
    private boolean isAttached(String name, long size) throws AttemptAbortedException {
        URI files = URI.create(client.address("messages", draft, "attachments") + "?$select=name,size");
        GraphResponse response = client.send(GraphRequest.plain("GET", files, Step.CONTENT), 200);
        long listed = response.json(AttachmentList.class).stream()
                .flatMap(list -> list.value().stream())
                .filter(file -> name.equals(file.name()) && file.size() != null && file.size() >= size)
                .count();
        return listed > uploaded.stream().filter(name::equals).count();
    }

    private static GraphResponse redacted(GraphResponse response, URI session) {
        String key = session.getRawQuery();
        return key == null || key.isEmpty() ? response : response.redacted(key);
    }

    private static AttemptAbortedException uploadFailed(String what) {
        return new AttemptAbortedException(new Response(
                Step.CONTENT, GraphResponse.reply(502, "UploadFailed: Microsoft Graph " + what), Origin.GRAPH));
    }
}
