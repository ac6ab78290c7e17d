package org.o365relay.sandbox.graph;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.tenant.SandboxState;
import org.o365relay.sandbox.web.WebRequest;
import org.o365relay.sandbox.web.WebResponse;

/// Searches the sent messages of a mailbox by Message-ID (`$filter=internetMessageId eq '…'`). All recipients are
/// shown as Bcc. Empty in a sandbox that keeps no records.
record SentItemsFolder(SandboxState state) {

    private static final Pattern FILTER = Pattern.compile("internetMessageId eq '((?:[^']|'')*)'");

    WebResponse list(WebRequest request, SandboxMailbox mailbox) throws GraphRefusal {
        Matcher filter = FILTER.matcher(request.queryParameters().getOrDefault("$filter", ""));
        if (!filter.matches()) {
            throw GraphRefusal.badRequest("Invalid filter clause");
        }
        String messageId = filter.group(1).replace("''", "'");
        List<Map<String, Object>> value = state.accepted().records().stream()
                .filter(message -> message.user().equalsIgnoreCase(mailbox.address()))
                .filter(message -> messageId.equals(message.messageId()))
                .map(SentItemsFolder::toJson)
                .toList();
        return WebResponse.json(200, Map.of("value", value));
    }

    private static Map<String, Object> toJson(AcceptedMessage message) {
        List<Map<String, Map<String, String>>> recipients = message.envelopeTo().stream()
                .map(recipient -> Map.of("emailAddress", Map.of("address", recipient)))
                .toList();
        return Map.of(
                "id",
                "sent-" + message.number(),
                "internetMessageId",
                String.valueOf(message.messageId()),
                "toRecipients",
                List.of(),
                "ccRecipients",
                List.of(),
                "bccRecipients",
                recipients);
    }
}
