package org.o365relay.daemon.control;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.o365relay.queue.Change;
import org.o365relay.queue.Change.Bounce;
import org.o365relay.queue.Change.Delete;
import org.o365relay.queue.Change.Hold;
import org.o365relay.queue.Change.Readdress;
import org.o365relay.queue.Change.Redirect;
import org.o365relay.queue.Change.Release;
import org.o365relay.queue.Change.Retry;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;

/// Changes, message filters and results of changes as JSON.
final class ChangeJson {

    private static final Set<String> CONDITIONS = of(MessageFilter.ALL).names();

    private ChangeJson() {}

    static JsonObject of(Change change) {
        return switch (change) {
            case Retry _ -> named("retry");
            case Hold _ -> named("hold");
            case Release _ -> named("release");
            case Bounce _ -> named("bounce");
            case Delete _ -> named("delete");
            case Redirect(String target) -> named("redirect").with("target", target);
            case Readdress(var from, var to) ->
                named("readdress").with("from", from).with("to", to);
        };
    }

    private static JsonObject named(String name) {
        return new JsonObject().with("name", name);
    }

    /// @throws InvalidJsonException also if a member is unknown
    static Change change(JsonObject json) {
        return switch (json.text("name")) {
            case "retry" -> withoutArguments(json, new Retry());
            case "hold" -> withoutArguments(json, new Hold());
            case "release" -> withoutArguments(json, new Release());
            case "bounce" -> withoutArguments(json, new Bounce());
            case "delete" -> withoutArguments(json, new Delete());
            case "redirect" ->
                new Redirect(json.requireOnly(Set.of("name", "target")).text("target"));
            case "readdress" -> {
                json.requireOnly(Set.of("name", "from", "to"));
                yield new Readdress(json.address("from"), json.address("to"));
            }
            case String other -> throw new InvalidJsonException("unknown change \"" + other + "\"");
        };
    }

    private static Change withoutArguments(JsonObject json, Change change) {
        json.requireOnly(Set.of("name"));
        return change;
    }

    static JsonObject of(MessageFilter filter) {
        return new JsonObject()
                .with("ids", filter.ids())
                .with("states", List.copyOf(filter.states()))
                .with("after", filter.after())
                .with("before", filter.before())
                .with("client", filter.client())
                .with("sender", filter.sender())
                .with("recipient", filter.recipient())
                .with("mailbox", filter.mailbox())
                .with("reason", filter.reason())
                .with("subject", filter.subject())
                .with("messageId", filter.messageId())
                .with("upTo", filter.upTo());
    }

    /// An unknown condition is an error: ignoring it would select more messages than intended.
    ///
    /// @throws InvalidJsonException also if a condition is unknown
    static MessageFilter filter(JsonObject json) {
        json.requireOnly(CONDITIONS);
        return new MessageFilter(
                json.texts("ids").stream()
                        .map(text -> JsonObject.id("ids", text))
                        .toList(),
                json.texts("states").stream()
                        .map(text -> JsonObject.constant("states", text, MessageState.class))
                        .collect(Collectors.toSet()),
                json.timeOrNull("after"),
                json.timeOrNull("before"),
                json.textOrNull("client"),
                json.textOrNull("sender"),
                json.textOrNull("recipient"),
                json.textOrNull("mailbox"),
                json.textOrNull("reason"),
                json.textOrNull("subject"),
                json.textOrNull("messageId"),
                json.idOrNull("upTo"));
    }

    static JsonObject of(ChangeResult result) {
        return new JsonObject()
                .with("changed", result.changed())
                .with("skipped", result.skipped())
                .with("stopped", result.stopped());
    }

    static ChangeResult result(JsonObject json) {
        return new ChangeResult(json.number("changed"), json.number("skipped"), json.text("stopped"));
    }
}
