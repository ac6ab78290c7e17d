package org.o365relay.journal;

import java.util.List;

/// Receives the events of the relay, from any thread. Must not block: some events are recorded between the final
/// dot and the 250.
@FunctionalInterface
public interface Journal {

    void record(Event event);

    /// @return a journal that passes every event to these journals, in order
    static Journal of(Journal... journals) {
        List<Journal> listeners = List.of(journals);
        return event -> listeners.forEach(listener -> listener.record(event));
    }
}
