package org.o365relay.daemon.control;

import java.util.EnumMap;
import java.util.Map;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.QueueSummary;

/// The queue at a glance, as JSON.
final class SummaryJson {

    private SummaryJson() {}

    static JsonObject of(QueueSummary overview) {
        JsonObject states = new JsonObject();
        for (MessageState state : MessageState.values()) {
            if (state.isOpen()) {
                states.with(JsonObject.name(state), overview.states().getOrDefault(state, 0L));
            }
        }
        return new JsonObject()
                .with("at", overview.at())
                .with("open", overview.open())
                .with("states", states)
                .with("oldest", overview.oldest())
                .with("oldestAt", overview.oldestAt())
                .with("nextDueAt", overview.nextDue())
                .with("mailboxes", overview.mailboxes(), SummaryJson::of)
                .with("clients", overview.clients(), SummaryJson::of)
                .with("reasons", overview.reasons(), SummaryJson::of);
    }

    private static JsonObject of(GroupCount tally) {
        return new JsonObject()
                .with("name", tally.name())
                .with("messages", tally.messages())
                .with("oldest", tally.oldest());
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
                json.objects("mailboxes", SummaryJson::tally),
                json.objects("clients", SummaryJson::tally),
                json.objects("reasons", SummaryJson::tally));
    }

    private static GroupCount tally(JsonObject json) {
        return new GroupCount(json.text("name"), json.number("messages"), json.time("oldest"));
    }
}
