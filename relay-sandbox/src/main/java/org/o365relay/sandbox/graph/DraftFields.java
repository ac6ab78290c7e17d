package org.o365relay.sandbox.graph;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.web.JsonValues;

/// Applies the members of a JSON message to a MIME message.
///
/// Source: Microsoft Graph REST API v1.0, "message resource type".
final class DraftFields {

    private DraftFields() {}

    /// @param members JSON members to apply; fields without a member stay unchanged
    static void write(Map<String, @Nullable Object> members, MimeMessage message) throws MessagingException {
        addresses(members, "from", "From", message);
        addresses(members, "sender", "Sender", message);
        addresses(members, "toRecipients", "To", message);
        addresses(members, "ccRecipients", "Cc", message);
        addresses(members, "bccRecipients", "Bcc", message);
        addresses(members, "replyTo", "Reply-To", message);
        if (members.containsKey("subject")) {
            message.setSubject(JsonValues.asText(members.get("subject")), "UTF-8");
        }
        if (members.containsKey("internetMessageId")) {
            message.setHeader("Message-ID", JsonValues.asText(members.get("internetMessageId")));
        }
        importance(members, message);
        otherFields(members, message);
        if (members.containsKey("body")) {
            Map<String, @Nullable Object> body = JsonValues.asObject(members.get("body"));
            boolean html = JsonValues.asText(body.get("contentType")).equalsIgnoreCase("html");
            message.setText(JsonValues.asText(body.get("content")), "UTF-8", html ? "html" : "plain");
        }
    }

    private static void importance(Map<String, @Nullable Object> members, MimeMessage message)
            throws MessagingException {
        if (members.containsKey("importance")) {
            message.setHeader("Importance", JsonValues.asText(members.get("importance")));
        }
    }

    private static void otherFields(Map<String, @Nullable Object> members, MimeMessage message)
            throws MessagingException {
        for (Object entry : JsonValues.asList(members.get("internetMessageHeaders"))) {
            Map<String, @Nullable Object> field = JsonValues.asObject(entry);
            String name = JsonValues.asText(field.get("name"));
            if (!name.regionMatches(true, 0, "x-", 0, 2)) {
                throw new MessagingException(
                        "The internet message header name '" + name + "' should start with 'x-' or 'X-'.");
            }
            message.addHeader(name, JsonValues.asText(field.get("value")));
        }
    }

    /// Writes a recipient or a list of recipients to an address field. Null or an empty list removes the field;
    /// without a member for the field, the field stays unchanged.
    private static void addresses(Map<String, @Nullable Object> members, String key, String field, MimeMessage message)
            throws MessagingException {
        if (!members.containsKey(key)) {
            return;
        }
        Object value = members.get(key);
        List<?> entries = value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
        List<String> formatted = new ArrayList<>();
        for (Object entry : entries) {
            formatted.add(format(JsonValues.asObject(JsonValues.asObject(entry).get("emailAddress"))));
        }
        if (formatted.isEmpty()) {
            message.removeHeader(field);
        } else {
            message.setHeader(field, MimeUtility.fold(field.length() + 2, String.join(", ", formatted)));
        }
    }

    private static String format(Map<String, @Nullable Object> address) throws MessagingException {
        try {
            String name = JsonValues.asText(address.get("name"));
            InternetAddress parsed = new InternetAddress(
                    JsonValues.asText(address.get("address")), name.isEmpty() ? null : name, "UTF-8");
            parsed.validate();
            return parsed.toString();
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException("UTF-8 is always supported", e);
        }
    }
}
