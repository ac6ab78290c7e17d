package org.o365relay.deliver.graph;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.rewrite.Attachment;
import org.o365relay.rewrite.StoredContent;

/// Uploads attachments to a draft: small ones in one request each, larger ones in ranges ([RangeUpload]).
final class AttachmentUpload {

    // Graph accepts attachments of up to 3,145,611 octets in one request, and of at least 2,097,152 octets in an
    // upload session, as reported in microsoftgraph/msgraph-sdk-java#52 (August 2020).
    private static final long MAX_SINGLE_REQUEST = 3_000_000;

    private final GraphClient client;
    private final StoredContent message;
    private final String draft;
    private final List<String> uploaded = new ArrayList<>();

    /// An attachment with its content; `isInline` and `contentId` are omitted if they are false or missing.
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

    /// An upload session, as Graph returns it when the session is created, when its state is queried, and after
    /// each range except the last.
    record UploadSession(@Nullable String uploadUrl, List<String> nextExpectedRanges) {}

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
        return attachment.isInline() ? true : null;
    }

    private void uploadByRanges(Attachment attachment, long size) throws AttemptAbortedException, IOException {
        new RangeUpload(client, session(attachment, size), size, () -> isAttached(attachment.name(), size))
                .upload(() -> attachment.open(message));
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
                    .orElseThrow(() -> failed("returned no URL for the upload")));
            if (session.getHost() != null && isSecure(session)) {
                return session;
            }
        } catch (IllegalArgumentException invalid) {
            // reported below
        }
        throw failed("returned no usable URL for the upload");
    }

    private boolean isSecure(URI session) {
        return "https".equalsIgnoreCase(session.getScheme())
                || ("http".equals(session.getScheme())
                        && "http".equals(client.root().getScheme()));
    }

    /// Checks whether the number of attachments in the draft with this name and at least this size exceeds the
    /// number of attachments with this name that were uploaded before. Attachments that the draft was created
    /// with do not count, because they are smaller than any attachment that is uploaded in ranges.
    private boolean isAttached(String name, long size) throws AttemptAbortedException {
        URI files = URI.create(client.address("messages", draft, "attachments") + "?$select=name,size");
        GraphResponse response = client.send(GraphRequest.withoutBody("GET", files, Step.CONTENT), 200);
        long listed = response.json(AttachmentList.class).stream()
                .flatMap(list -> list.value().stream())
                .filter(file -> name.equals(file.name()) && file.size() != null && file.size() >= size)
                .count();
        return listed > uploaded.stream().filter(name::equals).count();
    }

    static AttemptAbortedException failed(String what) {
        return new AttemptAbortedException(new Response(
                Step.CONTENT, GraphResponse.reply(502, "UploadFailed: Microsoft Graph " + what), Origin.GRAPH));
    }
}
