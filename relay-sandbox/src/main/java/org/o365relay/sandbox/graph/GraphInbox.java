package org.o365relay.sandbox.graph;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.sandbox.graph.Inboxes.InboxMessage;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.web.WebRequest;
import org.o365relay.sandbox.web.WebResponse;

/// Lists the messages in the inbox of a mailbox and returns their content. Lists are sorted from oldest to
/// newest or, with `$orderby=receivedDateTime desc`, from newest to oldest, divided into pages, and can be filtered
/// with `receivedDateTime ge`.
final class GraphInbox {

    private static final Pattern SINCE = Pattern.compile("receivedDateTime ge (\\S+)");
    private static final int MAX_PAGE = 1_000;

    private final Inboxes inboxes;

    GraphInbox(Inboxes inboxes) {
        this.inboxes = inboxes;
    }

    WebResponse list(WebRequest request, SandboxMailbox mailbox) throws GraphRefusal {
        Map<String, String> query = request.queryParameters();
        Instant since = since(query.getOrDefault("$filter", ""));
        int top = number(query.getOrDefault("$top", "10"));
        int skip = number(query.getOrDefault("$skip", "0"));
        List<InboxMessage> found = inboxes.of(mailbox).stream()
                .filter(message ->
                        !message.receivedAt().truncatedTo(ChronoUnit.SECONDS).isBefore(since))
                .toList();
        boolean descending = query.getOrDefault("$orderby", "").endsWith(" desc");
        List<InboxMessage> ordered = descending ? found.reversed() : found;
        List<Map<String, Object>> value = new ArrayList<>();
        ordered.stream().skip(skip).limit(top).forEach(message -> value.add(toJson(message)));
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#users('user')/messages");
        page.put("value", value);
        if (found.size() > skip + top) {
            String rest = request.query().replaceAll("&\\$skip=\\d+", "");
            page.put("@odata.nextLink", request.origin() + request.path() + "?" + rest + "&$skip=" + (skip + top));
        }
        return WebResponse.json(200, page);
    }

    private static Map<String, Object> toJson(InboxMessage message) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", message.id());
        members.put(
                "receivedDateTime",
                message.receivedAt().truncatedTo(ChronoUnit.SECONDS).toString());
        members.put("subject", message.subject());
        members.put("internetMessageHeaders", List.of(Map.of("name", "Content-Type", "value", message.type())));
        return members;
    }

    /// @return a response with the MIME content of the message
    WebResponse content(SandboxMailbox mailbox, String id) throws GraphRefusal {
        InboxMessage message = inboxes.of(mailbox).stream()
                .filter(candidate -> candidate.id().equals(id))
                .findFirst()
                .orElseThrow(() -> GraphRefusal.notFound("The process failed to get the correct properties."));
        return new WebResponse(200, Map.of("Content-Type", "text/plain"), message.content());
    }

    private static Instant since(String filter) throws GraphRefusal {
        Matcher since = SINCE.matcher(filter);
        try {
            return since.matches() ? Instant.parse(since.group(1)) : Instant.EPOCH;
        } catch (DateTimeException unreadable) {
            throw GraphRefusal.badRequest("Invalid filter clause");
        }
    }

    private static int number(String text) throws GraphRefusal {
        try {
            return Math.clamp(Integer.parseInt(text), 0, MAX_PAGE);
        } catch (NumberFormatException notANumber) {
            throw GraphRefusal.badRequest("Invalid value '" + text + "' for $top or $skip.");
        }
    }
}
