package org.o365relay.daemon.control;

import java.util.Optional;
import java.util.Set;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;

/// Executes requests and returns their results as JSON.
record RequestHandler(Control control) {

    private static final int MAX_LIMIT = 1000;
    private static final Set<String> CHANGE_MEMBERS = Set.of("protocol", "program", "operation", "change", "filter");

    /// @throws InvalidJsonException if the request is invalid
    JsonObject handle(JsonObject request) throws ControlException {
        return switch (request.text("operation")) {
            case "summary" -> SummaryJson.of(control.summary());
            case "find" -> find(request);
            case "count" -> new JsonObject().with("count", control.count(filter(request)));
            case "newest" -> new JsonObject().with("id", control.newest().orElse(null));
            case "show" ->
                new JsonObject()
                        .with(
                                "message",
                                control.show(request.id("id"))
                                        .map(MessageJson::of)
                                        .orElse(null));
            case "change" -> change(request.requireOnly(CHANGE_MEMBERS));
            case "status" -> StatusJson.of(control.status());
            case "pause" -> new JsonObject().with("changed", control.pause(request.address("mailbox")));
            case "resume" -> ProbesJson.of(control.resume(request.address("mailbox")));
            case "retry" -> ProbesJson.of(control.retry(request.address("mailbox")));
            case String other -> throw new InvalidJsonException("unknown operation \"" + other + "\"");
        };
    }

    private JsonObject change(JsonObject request) throws ControlException {
        return ChangeJson.of(control.change(ChangeJson.change(request.object("change")), filter(request)));
    }

    private JsonObject find(JsonObject request) throws ControlException {
        int limit = request.count("limit");
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new InvalidJsonException("\"limit\" must be 1 to " + MAX_LIMIT);
        }
        Page.Order order = request.constant("order", Page.Order.class);
        return MessageJson.of(control.find(filter(request), order, request.idOrNull("from"), limit));
    }

    private static MessageFilter filter(JsonObject request) {
        return ChangeJson.filter(request.object("filter"));
    }

    /// @return the message whose content is requested
    MessageDetail content(JsonObject request) throws ControlException {
        QueueId id = request.id("id");
        Optional<MessageDetail> message = control.show(id);
        if (message.isEmpty()) {
            throw new ControlException(ControlException.Kind.BAD_REQUEST, "no message " + id);
        }
        return message.get();
    }
}
