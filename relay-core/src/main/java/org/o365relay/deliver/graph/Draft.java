package org.o365relay.deliver.graph;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.rewrite.Attachment;
import org.o365relay.rewrite.AttachmentStripper;
import org.o365relay.rewrite.NamedAddress;
import org.o365relay.rewrite.ReaddressedHeader;
import org.o365relay.rewrite.StoredContent;
import org.o365relay.rewrite.StripResult.Unsplittable;
import org.o365relay.rewrite.StrippedMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends a message that is too large for one request: creates a draft without the largest attachments, uploads
/// these, and sends the draft. No recipient receives anything before the draft is sent; if a request between
/// creating and sending it fails, the draft is deleted.
final class Draft {

    private static final Logger log = LoggerFactory.getLogger(Draft.class);

    private static final int ACCEPTED = 202;
    private static final int NOT_FOUND = 404;
    private static final int SERVER_ERROR = 500;

    private final GraphClient client;
    private final QueueId message;
    private final StoredContent content;
    private final ReaddressedHeader header;

    Draft(GraphClient client, QueueId message, StoredContent content, ReaddressedHeader header) {
        this.client = client;
        this.message = message;
        this.content = content;
        this.header = header;
    }

    /// @param maxRequestSize maximum size of a message sent in one request, in octets
    /// @param maxAttachment maximum size of an attachment, in octets
    /// @return the response to sending the draft
    GraphResponse send(long maxRequestSize, long maxAttachment) throws AttemptAbortedException, IOException {
        StrippedMessage stripped = switch (AttachmentStripper.strip(content, header, maxRequestSize)) {
            case StrippedMessage message -> message;
            case Unsplittable(String reason) -> throw tooLarge(maxRequestSize, reason);
        };
        Map<Attachment, Long> sizes = new LinkedHashMap<>();
        for (Attachment attachment : stripped.attachments()) {
            sizes.put(attachment, size(attachment));
        }
        if (sizes.values().stream().anyMatch(size -> size > maxAttachment)) {
            throw tooLarge(maxRequestSize, "a file is larger than " + maxAttachment / 1_000_000 + " MB");
        }
        String id = create(stripped.content());
        try {
            uploadAll(id, sizes);
        } catch (AttemptAbortedException | IOException | RuntimeException e) {
            delete(id);
            throw e;
        }
        return sendDraft(id);
    }

    private String create(byte[] rest) throws AttemptAbortedException {
        GraphRequest.Body body = GraphRequest.Body.base64(rest.length, () -> new ByteArrayInputStream(rest));
        CreatedDraft draft = requestCreation(GraphRequest.mime(client.address("messages"), Step.CONTENT, body))
                .json(CreatedDraft.class)
                .filter(created -> !created.id().isEmpty())
                .orElseThrow(() -> new AttemptAbortedException(new Response(
                        Step.CONTENT,
                        GraphResponse.reply(502, "UnexpectedResponse: Microsoft Graph returned no id for the draft"),
                        Origin.GRAPH)));
        if (draft.hasRecipients() && !header.namesExactly(draft.recipients())) {
            setRecipients(draft.id());
        }
        return draft.id();
    }

    /// A recipient list that the response does not contain is empty, except `bccRecipients`, which is null.
    ///
    /// @param bccRecipients the Bcc recipients as unparsed JSON, so that the list is present even if its
    ///     elements cannot be read; null if the response does not contain the list
    private record CreatedDraft(
            String id,
            List<Recipient> toRecipients,
            List<Recipient> ccRecipients,
            @Nullable JsonNode bccRecipients) {

        boolean hasRecipients() {
            return bccRecipients != null;
        }

        Stream<String> recipients() {
            Stream<String> toAndCc = Stream.of(toRecipients, ccRecipients)
                    .flatMap(List::stream)
                    .flatMap(recipient ->
                            Stream.ofNullable(recipient.emailAddress().address()));
            Stream<JsonNode> bccNodes = bccRecipients == null ? Stream.empty() : bccRecipients.valueStream();
            Stream<String> bcc = bccNodes.map(
                            recipient -> recipient.path("emailAddress").path("address"))
                    .filter(JsonNode::isTextual)
                    .map(JsonNode::textValue);
            return Stream.concat(toAndCc, bcc);
        }
    }

    private record Recipients(
            List<Recipient> toRecipients, List<Recipient> ccRecipients, List<Recipient> bccRecipients) {}

    private record Recipient(NameAndAddress emailAddress) {

        static List<Recipient> of(List<NamedAddress> addresses) {
            return addresses.stream()
                    .map(named -> new Recipient(
                            new NameAndAddress(named.name(), named.address().toString())))
                    .toList();
        }
    }

    private record NameAndAddress(
            @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable
            String name,

            @Nullable String address) {}

    /// Sends the request that creates the draft. If the request fails, a draft may exist that the relay cannot
    /// delete because its ID is unknown.
    private GraphResponse requestCreation(GraphRequest request) throws AttemptAbortedException {
        try {
            return client.send(request, 201);
        } catch (AttemptAbortedException e) {
            Response response = e.response();
            boolean mayExist =
                    response.origin() == Origin.NETWORK || response.reply().code() >= SERVER_ERROR;
            if (mayExist && response.step() == Step.CONTENT) {
                log.warn(
                        "message {}: an unsent draft may be left in the Drafts folder of the mailbox and can be"
                                + " deleted: {}",
                        message,
                        e.getMessage());
            }
            throw e;
        }
    }

    /// Sets the recipients of the draft, because those that Graph read from the header differ from those that
    /// the relay wrote.
    private void setRecipients(String id) throws AttemptAbortedException {
        try {
            Recipients recipients =
                    new Recipients(Recipient.of(header.to()), Recipient.of(header.cc()), Recipient.of(header.bcc()));
            client.send(GraphRequest.json("PATCH", client.address("messages", id), Step.CONTENT, recipients), 200);
        } catch (AttemptAbortedException e) {
            delete(id);
            throw e;
        }
    }

    private void uploadAll(String id, Map<Attachment, Long> attachments) throws AttemptAbortedException, IOException {
        AttachmentUpload upload = new AttachmentUpload(client, content, id);
        for (Map.Entry<Attachment, Long> attachment : attachments.entrySet()) {
            upload.upload(attachment.getKey(), attachment.getValue());
        }
    }

    private long size(Attachment attachment) throws IOException {
        try (InputStream in = attachment.open(content)) {
            return in.transferTo(OutputStream.nullOutputStream());
        }
    }

    /// Sends the draft. Deletes the draft if it was certainly not sent, for example after a 4xx response; keeps
    /// it if it may have been sent.
    private GraphResponse sendDraft(String id) throws AttemptAbortedException {
        try {
            GraphResponse response = client.send(
                    GraphRequest.withoutBody("POST", client.address("messages", id, "send"), Step.END_OF_CONTENT));
            if (response.status() == NOT_FOUND) {
                throw client.refused(Step.CONTENT, response); // the draft has been deleted in the meantime
            }
            if (response.status() >= 400 && response.status() < SERVER_ERROR) {
                delete(id);
            } else if (response.status() != ACCEPTED) {
                logUnknownOutcome(String.valueOf(response.status()));
            }
            return response;
        } catch (AttemptAbortedException e) {
            if (e.response().step() == Step.END_OF_CONTENT) {
                logUnknownOutcome(String.valueOf(e.getMessage()));
            } else {
                delete(id);
            }
            throw e;
        }
    }

    private void logUnknownOutcome(String why) {
        log.warn(
                "message {}: it is unknown whether the draft was sent; if it was not, it is still in the Drafts folder"
                        + " of the mailbox: {}",
                message,
                why);
    }

    private void delete(String id) {
        try {
            client.send(GraphRequest.withoutBody("DELETE", client.address("messages", id), Step.CONTENT), 204);
        } catch (AttemptAbortedException e) {
            log.warn(
                    "message {}: the unsent draft could not be removed from the Drafts folder of the mailbox and can"
                            + " be deleted: {}",
                    message,
                    e.getMessage());
        }
    }

    private static AttemptAbortedException tooLarge(long maxRequestSize, String reason) {
        String text = "Message too large for Microsoft Graph: it exceeds " + maxRequestSize / 1000
                + " KB, and its attachments cannot be sent separately because " + reason
                + "; send smaller messages, or use SMTP for larger mail";
        return new AttemptAbortedException(new Response(Step.CONTENT, Reply.of(552, "5.3.4", text), Origin.UNSUITABLE));
    }
}
