package org.o365relay.daemon.control;

import java.util.EnumMap;
import java.util.Map;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Overview;
import org.o365relay.queue.Tally;

/// The queue at a glance, as JSON.
final class OverviewJson {

    private OverviewJson() {}

    static JsonObject of(Overview overview) {
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
                .with("oldest-at", overview.oldestAt())
                .with("next-due", overview.nextDue())
                .with("mailboxes", overview.mailboxes(), OverviewJson::of)
                .with("clients", overview.clients(), OverviewJson::of)
                .with("reasons", overview.reasons(), OverviewJson::of);
    }

    private static JsonObject of(Tally tally) {
        return new JsonObject()
                .with("name", tally.name())
                .with("messages", tally.messages())
                .with("oldest", tally.oldest());
    }

    static Overview read(JsonObject json) {
        JsonObject states = json.object("states");
        Map<MessageState, Long> counts = new EnumMap<>(MessageState.class);
        for (MessageState state : MessageState.values()) {
            if (state.isOpen()) {
                counts.put(state, states.number(JsonObject.name(state)));
            }
        }
        return new Overview(
                json.time("at"),
                counts,
                json.idOrNull("oldest"),
                json.timeOrNull("oldest-at"),
                json.timeOrNull("next-due"),
                json.objects("mailboxes", OverviewJson::tally),
                json.objects("clients", OverviewJson::tally),
                json.objects("reasons", OverviewJson::tally));
    }

    private static Tally tally(JsonObject json) {
        return new Tally(json.text("name"), json.number("messages"), json.time("oldest"));
    }
}
