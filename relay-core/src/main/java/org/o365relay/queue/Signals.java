package org.o365relay.queue;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Wakes those who wait for messages that they may claim.
final class Signals {

    private final Map<ClaimScope, Signal> signals = new ConcurrentHashMap<>();

    /// @return to be taken before it is looked what is due: what changes after that raises it
    Signal of(ClaimScope supply) {
        return signals.computeIfAbsent(supply, _ -> new Signal());
    }

    /// @param lane where something may be due sooner than before
    void raise(String lane) {
        signals.forEach((supply, signal) -> {
            if (supply.serves(lane)) {
                signal.raise();
            }
        });
    }

    /// Anything may be due sooner than before.
    void raiseAll() {
        signals.values().forEach(Signal::raise);
    }
}
