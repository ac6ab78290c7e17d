package org.o365relay.deliver.graph;

import com.azure.json.JsonWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.deliver.AttemptAbortedException;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.rewrite.Attachment;
import org.o365relay.rewrite.AttachmentStripper;
import org.o365relay.rewrite.NamedAddress;
import org.o365relay.rewrite.ReaddressedHeader;
import org.o365relay.rewrite.StoredContent;
import org.o365relay.rewrite.StrippedMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends what is too large for one request: makes a draft of the message without its largest attachments, brings
/// these to it, and has it sent. Nothing can have been sent before that last request; a draft that fails is deleted.
final class Draft {

    private static final Logger log = LoggerFactory.getLogger(Draft.class);

    private static final int ACCEPTED = 202;
    private static final int NOT_FOUND = 404;
    private static final int SERVER_ERROR = 500;

    private final GraphClient client;
    private final QueueId message;
    private final StoredContent content;
    private final ReaddressedHeader header;

    Draft(GraphClient api, QueueId message, StoredContent content, ReaddressedHeader header) {
        this.client = api;
        this.message = message;
        this.content = content;
        this.header = header;
    }

    /// @param largestRest octets of the largest message that goes in one request
    /// @param largestAttachment in octets
    /// @return how Graph has taken it
    GraphResponse send(long largestRest, long largestAttachment) throws AttemptAbortedException, IOException {
        StrippedMessage detached =
                AttachmentStripper.strip(content, header, largestRest).orElseThrow(() -> tooLarge(largestRest));
        Map<Attachment, Long> sizes = new LinkedHashMap<>();
        for (Attachment attachment : detached.attachments()) {
            sizes.put(attachment, size(attachment));
        }
        if (sizes.values().stream().anyMatch(size -> size > largestAttachment)) {
            throw tooLarge(largestRest);
        }
        String id = create(detached.content());
        try {
            uploadAll(id, sizes);
        } catch (AttemptAbortedException | IOException | RuntimeException e) {
            delete(id);
            throw e;
        }
        return sendDraft(id);
    }

    private String create(byte[] rest) throws AttemptAbortedException, IOException {
        GraphRequest.Body body = GraphRequest.Body.base64(rest.length, () -> new ByteArrayInputStream(rest));
        Map<?, ?> draft = request(GraphRequest.mime(client.address("messages"), Step.CONTENT, body))
                .json();
        String id = GraphResponse.text(draft, "id")
                .orElseThrow(() -> new AttemptAbortedException(new Response(
                        Step.CONTENT,
                        GraphResponse.reply(
                                502, "UnexpectedAnswer: Microsoft Graph does not name the draft it has made"),
                        Origin.GRAPH)));
        if (draft.containsKey("bccRecipients") && !header.namesExactly(recipients(draft))) {
            setRecipients(id);
        }
        return id;
    }

    /// A draft whose making was not answered has no name, and cannot be deleted.
    private GraphResponse request(GraphRequest call) throws AttemptAbortedException {
        try {
            return client.send(call, 201);
        } catch (AttemptAbortedException e) {
            Response response = e.response();
            boolean unsaid =
                    response.origin() == Origin.NETWORK || response.reply().code() >= SERVER_ERROR;
            if (unsaid && response.step() == Step.CONTENT) {
                log.warn(
                        "message {}: an unsent draft of it may stay in the mailbox's Drafts, and may be deleted: {}",
                        message,
                        e.getMessage());
            }
            throw e;
        }
    }

    private static Stream<String> recipients(Map<?, ?> draft) {
        return Stream.of("toRecipients", "ccRecipients", "bccRecipients")
                .flatMap(field -> GraphResponse.list(draft, field).stream())
                .filter(Map.class::isInstance)
                .map(recipient -> GraphResponse.object((Map<?, ?>) recipient, "emailAddress"))
                .map(address -> GraphResponse.text(address, "address"))
                .flatMap(Optional::stream);
    }

    /// Graph has read other recipients from the header than the relay.
    private void setRecipients(String id) throws AttemptAbortedException, IOException {
        try {
            String json = AttachmentUpload.json(writer -> {
                write(writer, "toRecipients", header.to());
                write(writer, "ccRecipients", header.cc());
                write(writer, "bccRecipients", header.bcc());
            });
            client.send(GraphRequest.json("PATCH", client.address("messages", id), Step.CONTENT, json), 200);
        } catch (AttemptAbortedException e) {
            delete(id);
            throw e;
        }
    }

    private static void write(JsonWriter writer, String field, List<NamedAddress> readers) throws IOException {
        writer.writeStartArray(field);
        for (NamedAddress reader : readers) {
            EmailAddress address = reader.address();
            writer.writeStartObject().writeStartObject("emailAddress");
            if (!reader.name().isEmpty()) {
                writer.writeStringField("name", reader.name());
            }
            writer.writeStringField("address", address.toString())
                    .writeEndObject()
                    .writeEndObject();
        }
        writer.writeEndArray();
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

    /// What Graph refuses for good is not sent; after anything else nobody knows, and the draft stays.
    private GraphResponse sendDraft(String id) throws AttemptAbortedException {
        try {
            GraphResponse answer = client.send(
                    GraphRequest.plain("POST", client.address("messages", id, "send"), Step.END_OF_CONTENT));
            if (answer.status() == NOT_FOUND) {
                throw client.refused(Step.CONTENT, answer); // somebody has deleted the draft
            }
            if (answer.status() >= 400 && answer.status() < SERVER_ERROR) {
                delete(id);
            } else if (answer.status() != ACCEPTED) {
                logUnknown(String.valueOf(answer.status()));
            }
            return answer;
        } catch (AttemptAbortedException e) {
            if (e.response().step() == Step.END_OF_CONTENT) {
                logUnknown(String.valueOf(e.getMessage()));
            } else {
                delete(id);
            }
            throw e;
        }
    }

    private void logUnknown(String why) {
        log.warn(
                "message {}: nobody knows whether its draft was sent; if not, it stays in the mailbox's Drafts: {}",
                message,
                why);
    }

    private void delete(String id) {
        try {
            client.send(GraphRequest.plain("DELETE", client.address("messages", id), Step.CONTENT), 204);
        } catch (AttemptAbortedException e) {
            log.warn(
                    "message {}: its unsent draft stays in the mailbox's Drafts, and may be deleted: {}",
                    message,
                    e.getMessage());
        }
    }

    private AttemptAbortedException tooLarge(long largestRest) {
        String text =
                "Message too large for Microsoft Graph: besides files attached to it, of at most 150 MB each, it has"
                        + " more than " + largestRest / 1000
                        + " KB, or what is large in it is signed, encrypted or another"
                        + " message; use SMTP for larger mail";
        return new AttemptAbortedException(new Response(Step.CONTENT, Reply.of(552, "5.3.4", text), Origin.RELAY));
    }
}
