package org.o365relay.sandbox.graph;

import jakarta.activation.DataHandler;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.message.Header;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.web.JsonValues;

/// A draft message. Thread-safe.
final class SandboxDraft implements AutoCloseable {

    private static final Session PLAIN = Session.getInstance(new Properties());

    /// A MIME message that keeps a given Message-ID when it is saved.
    private static final class Message extends MimeMessage {

        Message() {
            super(PLAIN);
        }

        Message(InputStream content) throws MessagingException {
            super(PLAIN, content);
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            if (getMessageID() == null) {
                super.updateMessageID();
            }
        }
    }

    private final SandboxMailbox mailbox;
    private final MimeMessage message;
    private final List<DraftAttachment> attachments = new ArrayList<>();

    private SandboxDraft(SandboxMailbox mailbox, MimeMessage message) {
        this.mailbox = mailbox;
        this.message = message;
    }

    /// @param content MIME content of the whole message
    static SandboxDraft of(SandboxMailbox mailbox, byte[] content) throws GraphRefusal {
        try {
            return new SandboxDraft(mailbox, new Message(new ByteArrayInputStream(content)));
        } catch (MessagingException unreadable) {
            throw new GraphRefusal(400, "ErrorMimeContentInvalid", "The MIME content is invalid.");
        }
    }

    /// @param members JSON members of a message
    static SandboxDraft of(SandboxMailbox mailbox, Map<String, @Nullable Object> members) throws GraphRefusal {
        SandboxDraft draft = new SandboxDraft(mailbox, empty());
        draft.change(members);
        for (Object attachment : JsonValues.asList(members.get("attachments"))) {
            draft.attach(DraftAttachment.of(JsonValues.asObject(attachment)));
        }
        return draft;
    }

    private static MimeMessage empty() {
        try {
            MimeMessage message = new Message();
            message.setText("");
            message.saveChanges();
            return message;
        } catch (MessagingException e) {
            throw new IllegalStateException("cannot create an empty message", e);
        }
    }

    SandboxMailbox mailbox() {
        return mailbox;
    }

    synchronized void change(Map<String, @Nullable Object> members) throws GraphRefusal {
        try {
            DraftFields.write(members, message);
            if (members.containsKey("body")) {
                message.saveChanges(); // writes the Content fields of the new body
            }
        } catch (MessagingException unusable) {
            throw GraphRefusal.badRequest(String.valueOf(unusable.getMessage()));
        }
    }

    synchronized void attach(DraftAttachment attachment) {
        attachments.add(attachment);
    }

    synchronized String subject() throws GraphRefusal {
        return field("Subject");
    }

    synchronized String messageId() throws GraphRefusal {
        return field("Message-ID");
    }

    private String field(String name) throws GraphRefusal {
        try {
            String value = message.getHeader(name, null);
            return value == null ? "" : value;
        } catch (MessagingException unreadable) {
            throw GraphRefusal.badRequest(String.valueOf(unreadable.getMessage()));
        }
    }

    /// Writes the message with its attachments but without Bcc.
    synchronized void writeTo(OutputStream out) throws IOException, GraphRefusal {
        try {
            MimeMessage whole = attachments.isEmpty() ? message : withAttachments();
            whole.writeTo(out, new String[] {"Bcc"});
        } catch (MessagingException unusable) {
            throw GraphRefusal.badRequest(String.valueOf(unusable.getMessage()));
        }
    }

    /// @return the header, including Bcc
    synchronized Header header() throws GraphRefusal {
        try {
            StringBuilder lines = new StringBuilder();
            for (Enumeration<String> fields = message.getAllHeaderLines(); fields.hasMoreElements(); ) {
                lines.append(fields.nextElement()).append("\r\n");
            }
            byte[] octets = lines.append("\r\n").toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            return Header.read(new ByteArrayInputStream(octets)).orElseThrow(GraphRefusal::noRecipients);
        } catch (MessagingException unreadable) {
            throw GraphRefusal.badRequest(String.valueOf(unreadable.getMessage()));
        }
    }

    private MimeMessage withAttachments() throws MessagingException, IOException {
        MimeMessage whole = new Message();
        for (Enumeration<String> fields = message.getAllHeaderLines(); fields.hasMoreElements(); ) {
            String line = fields.nextElement();
            if (!line.regionMatches(true, 0, "Content-", 0, 8) && !line.regionMatches(true, 0, "MIME-", 0, 5)) {
                whole.addHeaderLine(line);
            }
        }
        MimeMultipart parts = mixed();
        for (DraftAttachment attachment : attachments) {
            parts.addBodyPart(part(attachment));
        }
        whole.setContent(parts);
        whole.saveChanges();
        return whole;
    }

    /// @return a new multipart/mixed with the same parts if the draft is a multipart/mixed; otherwise, one
    ///     whose only part is the whole body of the draft
    private MimeMultipart mixed() throws MessagingException, IOException {
        MimeMultipart parts = new MimeMultipart("mixed");
        if (message.isMimeType("multipart/mixed") && message.getContent() instanceof MimeMultipart old) {
            for (int i = 0; i < old.getCount(); i++) {
                parts.addBodyPart(old.getBodyPart(i));
            }
        } else {
            BodyPart text = new MimeBodyPart();
            text.setDataHandler(message.getDataHandler());
            parts.addBodyPart(text);
        }
        return parts;
    }

    private static MimeBodyPart part(DraftAttachment attachment) throws MessagingException {
        MimeBodyPart part = new MimeBodyPart();
        part.setDataHandler(new DataHandler(attachment.content()));
        part.setHeader("Content-Type", attachment.type());
        part.setHeader("Content-Transfer-Encoding", "base64");
        part.setFileName(attachment.name());
        part.setDisposition(attachment.inline() ? Part.INLINE : Part.ATTACHMENT);
        if (!attachment.contentId().isEmpty()) {
            part.setContentID("<" + attachment.contentId() + ">");
        }
        return part;
    }

    /// Deletes the files of the attachments.
    @Override
    public synchronized void close() throws IOException {
        for (DraftAttachment attachment : attachments) {
            attachment.delete();
        }
    }
}
