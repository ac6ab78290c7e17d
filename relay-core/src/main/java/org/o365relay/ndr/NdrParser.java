package org.o365relay.ndr;

import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;
import org.o365relay.mail.VisibleText;
import org.o365relay.ndr.NonDeliveryReport.UndeliveredRecipient;

/// Reads delivery status notifications, as Exchange and others write them. Whatever is none, says of nobody
/// that it failed, or makes no sense, is nothing.
final class NdrParser {

    private static final int MOST_RECIPIENTS = 500;
    private static final int LONGEST_TEXT = 1_000;

    private NdrParser() {}

    /// @param type a `Content-Type` field's value
    static boolean isReport(String type) {
        try {
            ContentType parsed = new ContentType(type);
            return parsed.match("multipart/report") // RFC 3464 §2
                    && "delivery-status".equalsIgnoreCase(parsed.getParameter("report-type"));
        } catch (MessagingException unreadable) {
            return false;
        }
    }

    /// @param content a message, perhaps without its end
    static Optional<NonDeliveryReport> read(byte[] content) {
        try {
            MimeMessage message = new MimeMessage(null, new ByteArrayInputStream(content));
            return isReport(message.getContentType()) && message.getContent() instanceof MimeMultipart parts
                    ? report(parts, message.getHeader("In-Reply-To", null))
                    : Optional.empty();
        } catch (MessagingException | IOException unreadable) {
            return Optional.empty();
        }
    }

    /// @param inReplyTo names the message if its header is not in the report
    private static Optional<NonDeliveryReport> report(MimeMultipart parts, @Nullable String inReplyTo)
            throws MessagingException, IOException {
        String messageId = "";
        List<InternetHeaders> groups = new ArrayList<>();
        for (int i = 0; i < parts.getCount(); i++) {
            BodyPart part = parts.getBodyPart(i);
            if (part.isMimeType("message/delivery-status") || part.isMimeType("message/global-delivery-status")) {
                groups.addAll(groups(part));
            } else if (part.isMimeType("message/rfc822") || part.isMimeType("text/rfc822-headers")) {
                messageId = text(header(part), "Message-ID");
            }
        }
        String about = messageId.isEmpty() && inReplyTo != null ? inReplyTo.strip() : messageId;
        // RFC 3464 §2.1: the first group is about the message, each of the others about a recipient
        String reporter = groups.isEmpty() ? "" : untyped(text(groups.getFirst(), "Reporting-MTA"));
        List<UndeliveredRecipient> undelivered = groups.stream()
                .skip(1)
                .limit(MOST_RECIPIENTS)
                .flatMap(group -> undelivered(group).stream())
                .toList();
        return undelivered.isEmpty()
                ? Optional.empty()
                : Optional.of(new NonDeliveryReport(about, reporter, undelivered));
    }

    private static InternetHeaders header(BodyPart part) throws MessagingException, IOException {
        try (InputStream content = part.getInputStream()) {
            return new InternetHeaders(content, true);
        }
    }

    private static List<InternetHeaders> groups(BodyPart part) throws MessagingException, IOException {
        List<InternetHeaders> groups = new ArrayList<>();
        try (InputStream content = part.getInputStream()) {
            InputStream octets = new ByteArrayInputStream(content.readAllBytes());
            while (octets.available() > 0 && groups.size() <= MOST_RECIPIENTS) {
                InternetHeaders group = new InternetHeaders(octets, true);
                if (group.getAllHeaders().hasMoreElements()) {
                    groups.add(group);
                }
            }
        }
        return groups;
    }

    private static Optional<UndeliveredRecipient> undelivered(InternetHeaders group) {
        String recipient = untyped(text(group, "Final-Recipient"));
        boolean failed = text(group, "Action").toLowerCase(Locale.ROOT).startsWith("failed"); // RFC 3464 §2.3.3
        return failed && !recipient.isEmpty()
                ? Optional.of(new UndeliveredRecipient(recipient, reply(group)))
                : Optional.empty();
    }

    // RFC 3464 §2.3.6: the text of the other server, if it is one of SMTP
    private static Reply reply(InternetHeaders group) {
        String diagnostic = text(group, "Diagnostic-Code");
        Optional<EnhancedStatus> status =
                EnhancedStatus.parse(text(group, "Status").split("[ (]", 2)[0]);
        Optional<Reply> said = Reply.parse(untyped(diagnostic)).filter(reply -> reply.category() >= 4);
        return said.map(reply ->
                        reply.status() == null ? new Reply(reply.code(), status.orElse(null), reply.lines()) : reply)
                .orElseGet(() -> new Reply(
                        status.filter(code -> code.category() == 4).isPresent() ? 450 : 550,
                        status.orElse(null),
                        List.of(diagnostic.isEmpty() ? "not delivered" : untyped(diagnostic))));
    }

    /// @return without `rfc822;`, `smtp;` or `dns;`
    private static String untyped(String value) {
        return value.substring(value.indexOf(';') + 1).strip();
    }

    /// @return on one line, without what cannot be shown; empty if there is no such field
    private static String text(InternetHeaders fields, String name) {
        String value = fields.getHeader(name, null);
        if (value == null) {
            return "";
        }
        StringBuilder shown = new StringBuilder();
        value.replaceAll("[\\r\\n\\t ]+", " ")
                .strip()
                .codePoints()
                .limit(LONGEST_TEXT)
                .map(point -> VisibleText.isSafe(point) ? point : '?')
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }
}
