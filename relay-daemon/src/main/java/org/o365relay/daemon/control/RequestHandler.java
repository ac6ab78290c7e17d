package org.o365relay.daemon.control;

import java.util.Optional;
import java.util.Set;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;

/// Has a request done, and puts what came of it into JSON.
record RequestHandler(Control control) {

    private static final int MAX_LIMIT = 1000;
    private static final Set<String> CHANGE_MEMBERS = Set.of("protocol", "program", "ask", "change", "selection");

    /// @throws InvalidJsonException if the request says not what it should
    JsonObject handle(JsonObject request) throws ControlException {
        return switch (request.text("ask")) {
            case "overview" -> SummaryJson.of(control.summary());
            case "find" -> find(request);
            case "count" -> new JsonObject().with("count", control.count(selection(request)));
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
            case "pause" -> new JsonObject().with("done", control.pause(request.address("mailbox")));
            case "resume" -> new JsonObject().with("done", control.resume(request.address("mailbox")));
            case String other -> throw new InvalidJsonException("there is nothing called \"" + other + "\" to ask for");
        };
    }

    private JsonObject change(JsonObject request) throws ControlException {
        return ChangeJson.of(control.change(ChangeJson.change(request.object("change")), selection(request)));
    }

    private JsonObject find(JsonObject request) throws ControlException {
        int most = request.count("most");
        if (most < 1 || most > MAX_LIMIT) {
            throw new InvalidJsonException("\"most\" is 1 to " + MAX_LIMIT);
        }
        Page.Order order = request.constant("order", Page.Order.class);
        return MessageJson.of(control.find(selection(request), order, request.idOrNull("from"), most));
    }

    private static MessageFilter selection(JsonObject request) {
        return ChangeJson.filter(request.object("selection"));
    }

    /// @return the message whose content is asked for
    MessageDetail content(JsonObject request) throws ControlException {
        QueueId id = request.id("id");
        Optional<MessageDetail> message = control.show(id);
        if (message.isEmpty()) {
            throw new ControlException(ControlException.Kind.BAD_REQUEST, "there is no message " + id);
        }
        return message.get();
    }
}
