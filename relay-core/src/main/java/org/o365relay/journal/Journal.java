package org.o365relay.journal;

/// Receives the events of the relay, from any thread. [#record] must not block: some events are recorded after
/// the final dot of a message and before its 250 reply.
@FunctionalInterface
public interface Journal {

    void record(Event event);
}
