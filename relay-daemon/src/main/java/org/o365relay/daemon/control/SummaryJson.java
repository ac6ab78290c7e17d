package org.o365relay.daemon.control;

import java.util.EnumMap;
import java.util.Map;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.QueueSummary;

/// The summary of the queue as JSON.
final class SummaryJson {

    private SummaryJson() {}

    static JsonObject of(QueueSummary summary) {
        JsonObject states = new JsonObject();
        for (MessageState state : MessageState.values()) {
            if (state.isOpen()) {
                states.with(JsonObject.name(state), summary.states().getOrDefault(state, 0L));
            }
        }
        return new JsonObject()
                .with("at", summary.at())
                .with("open", summary.open())
                .with("states", states)
                .with("oldest", summary.oldest())
                .with("oldestAt", summary.oldestAt())
                .with("nextDueAt", summary.nextDue())
                .with("mailboxes", summary.mailboxes(), SummaryJson::of)
                .with("clients", summary.clients(), SummaryJson::of)
                .with("reasons", summary.reasons(), SummaryJson::of);
    }

    private static JsonObject of(GroupCount count) {
        return new JsonObject()
                .with("name", count.name())
                .with("messages", count.messages())
                .with("oldest", count.oldest());
    }

    static QueueSummary read(JsonObject json) {
        JsonObject states = json.object("states");
        Map<MessageState, Long> counts = new EnumMap<>(MessageState.class);
        for (MessageState state : MessageState.values()) {
            if (state.isOpen()) {
                counts.put(state, states.number(JsonObject.name(state)));
            }
        }
        return new QueueSummary(
                json.time("at"),
                counts,
                json.idOrNull("oldest"),
                json.timeOrNull("oldestAt"),
                json.timeOrNull("nextDueAt"),
                json.objects("mailboxes", SummaryJson::count),
                json.objects("clients", SummaryJson::count),
                json.objects("reasons", SummaryJson::count));
    }

    private static GroupCount count(JsonObject json) {
        return new GroupCount(json.text("name"), json.number("messages"), json.time("oldest"));
    }
}
