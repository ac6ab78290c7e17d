package org.o365relay.ndr;

import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MailDateFormat;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.text.ParsePosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.ParameterizedValue;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.mail.VisibleText;
import org.o365relay.ndr.NonDeliveryReport.UndeliveredRecipient;

/// Parses delivery status notifications from Exchange and other servers. Messages that are not delivery status
/// notifications, report no failed recipient, are malformed or have too many parts yield an empty result.
final class NdrParser {

    private static final int MAX_RECIPIENTS = 500;
    private static final int MAX_TEXT = 1_000;

    /// Maximum number of lines that look like the delimiter before a part, because parsing thousands of parts
    /// takes many seconds. A report has at most three parts (RFC 6522), one of which may be a message with
    /// further parts.
    private static final int MAX_PARTS = 200;

    private static final int MAX_IDS = 20;
    private static final Set<String> RETURNED =
            Set.of("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers");
    private static final Pattern ID = Pattern.compile("<[^<>\\s]+>");
    private static final Pattern TRACE_ID = Pattern.compile("\\sid\\s+<?([0-9A-Za-z]{13})(?![0-9A-Za-z])");

    private NdrParser() {}

    /// @param type value of a `Content-Type` field
    static boolean isReport(String type) {
        ParameterizedValue parsed = ParameterizedValue.parse(type);
        return parsed.main().equals("multipart/report") // RFC 3464 §2
                && parsed.text("report-type")
                        .filter("delivery-status"::equalsIgnoreCase)
                        .isPresent();
    }

    /// @param content the message; may be truncated
    static Optional<NonDeliveryReport> read(byte[] content) {
        if (hasMoreParts(content, MAX_PARTS)) {
            return Optional.empty();
        }
        try {
            MimeMessage message = new MimeMessage(null, new ByteArrayInputStream(content));
            return isReport(message.getContentType()) && message.getContent() instanceof MimeMultipart parts
                    ? report(parts, message)
                    : Optional.empty();
        } catch (MessagingException | IOException malformed) {
            return Optional.empty();
        }
    }

    /// @return whether more than `max` lines begin with two hyphens, as every delimiter of a part does
    static boolean hasMoreParts(byte[] content, int max) {
        int count = 0;
        for (int i = 2; i < content.length && count <= max; i++) {
            boolean isLineStart = content[i - 2] == '\n' || content[i - 2] == '\r';
            if (isLineStart && content[i - 1] == '-' && content[i] == '-') {
                count++;
            }
        }
        return count > max;
    }

    /// Takes the Message-IDs from the returned header and, because some servers return none, from the fields of
    /// the report that refer to the reported message.
    private static Optional<NonDeliveryReport> report(MimeMultipart parts, MimeMessage message)
            throws MessagingException, IOException {
        List<String> messageIds = new ArrayList<>();
        List<QueueId> queueIds = new ArrayList<>();
        List<InternetHeaders> groups = new ArrayList<>();
        for (int i = 0; i < parts.getCount(); i++) {
            BodyPart part = parts.getBodyPart(i);
            if (part.isMimeType("message/delivery-status") || part.isMimeType("message/global-delivery-status")) {
                groups.addAll(groups(part));
            } else if (RETURNED.contains(baseType(part))) {
                InternetHeaders returned = header(part);
                messageIds.addAll(messageIds(text(returned, "Message-ID")));
                queueIds.addAll(queueIds(returned));
            }
        }
        messageIds.addAll(messageIds(text(message.getHeader("In-Reply-To", null))));
        messageIds.addAll(
                messageIds(text(message.getHeader("References", null))).reversed());
        // RFC 3464 §2.1: the first group is about the message, each other group about one recipient
        InternetHeaders about = groups.isEmpty() ? new InternetHeaders() : groups.getFirst();
        String reporter = hostName(text(about, "Reporting-MTA"));
        List<UndeliveredRecipient> undelivered = groups.stream()
                .skip(1)
                .limit(MAX_RECIPIENTS)
                .flatMap(group -> undelivered(group, reporter).stream())
                .toList();
        return undelivered.isEmpty()
                ? Optional.empty()
                : Optional.of(new NonDeliveryReport(
                        queueIds.stream().distinct().toList(),
                        messageIds.stream().distinct().limit(MAX_IDS).toList(),
                        date(text(about, "Arrival-Date")),
                        reporter,
                        undelivered));
    }

    private static String baseType(BodyPart part) throws MessagingException {
        return ParameterizedValue.parse(part.getContentType()).main();
    }

    /// @return the Message-IDs in a value; text without angle brackets is one Message-ID
    private static List<String> messageIds(String value) {
        List<String> ids = ID.matcher(value).results().map(MatchResult::group).toList();
        String bare = value.replaceAll("[<>\\s]", "");
        return ids.isEmpty() && bare.indexOf('@') > 0 ? List.of("<" + bare + ">") : ids;
    }

    private static List<QueueId> queueIds(InternetHeaders header) {
        String[] received = header.getHeader("Received");
        return Stream.of(received == null ? new String[0] : received)
                .limit(MAX_IDS)
                .flatMap(field -> TRACE_ID.matcher(field).results())
                .flatMap(id -> QueueId.parse(id.group(1)).stream())
                .toList();
    }

    private static @Nullable Instant date(String value) {
        Date date = value.isEmpty() ? null : new MailDateFormat().parse(value, new ParsePosition(0));
        return date == null ? null : date.toInstant();
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
            while (octets.available() > 0 && groups.size() <= MAX_RECIPIENTS) {
                InternetHeaders group = new InternetHeaders(octets, true);
                if (group.getAllHeaders().hasMoreElements()) {
                    groups.add(group);
                }
            }
        }
        return groups;
    }

    private static Optional<UndeliveredRecipient> undelivered(InternetHeaders group, String reporter) {
        String recipient = untyped(text(group, "Final-Recipient"));
        String server = hostName(text(group, "Remote-MTA"));
        String original = untyped(text(group, "Original-Recipient"));
        boolean failed = text(group, "Action").toLowerCase(Locale.ROOT).startsWith("failed"); // RFC 3464 §2.3.3
        return failed && !recipient.isEmpty()
                ? Optional.of(new UndeliveredRecipient(
                        recipient,
                        original.isEmpty() ? recipient : original,
                        reply(group),
                        server.isEmpty() ? reporter : server))
                : Optional.empty();
    }

    // RFC 3464 §2.3.6: the SMTP reply of the other server, or one composed from its status and diagnostic text
    private static Reply reply(InternetHeaders group) {
        String diagnostic = text(group, "Diagnostic-Code");
        Optional<EnhancedStatus> status =
                EnhancedStatus.parse(text(group, "Status").split("[ (]", 2)[0]);
        Optional<Reply> parsed = Reply.parse(untyped(diagnostic)).filter(reply -> reply.category() >= 4);
        return parsed.map(reply ->
                        reply.status() == null ? new Reply(reply.code(), status.orElse(null), reply.lines()) : reply)
                .orElseGet(() -> new Reply(
                        status.filter(code -> code.category() == 4).isPresent() ? 450 : 550,
                        status.orElse(null),
                        List.of(diagnostic.isEmpty() ? "not delivered" : untyped(diagnostic))));
    }

    /// @return the host name without its type prefix, a comment after it (Gmail) and a dot at its end
    private static String hostName(String value) {
        return untyped(value).split("[\\s(]", 2)[0].replaceAll("\\.$", "");
    }

    /// @return the value without its type prefix, such as `rfc822;`, `smtp;` or `dns;`
    private static String untyped(String value) {
        return value.substring(value.indexOf(';') + 1).strip();
    }

    /// @return the value on one line, with unsafe characters replaced, truncated to 1,000 characters; empty if
    ///     the field is missing
    private static String text(InternetHeaders fields, String name) {
        return text(fields.getHeader(name, null));
    }

    private static String text(@Nullable String value) {
        if (value == null) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        value.replaceAll("[\\r\\n\\t ]+", " ")
                .strip()
                .codePoints()
                .limit(MAX_TEXT)
                .map(point -> VisibleText.isSafe(point) ? point : '?')
                .forEach(text::appendCodePoint);
        return text.toString();
    }
}
