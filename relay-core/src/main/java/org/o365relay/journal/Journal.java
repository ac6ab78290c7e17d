package org.o365relay.journal;

/// Receives the events of the relay, from any thread. Must not block: some events are recorded between the final
/// dot and the 250.
@FunctionalInterface
public interface Journal {

    void record(Event event);
}
