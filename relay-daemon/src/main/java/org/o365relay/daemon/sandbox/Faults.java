package org.o365relay.daemon.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The faults to come. Of several that fit, the one added first happens until it is used up. May be changed
/// while the sandbox runs, from any thread.
public final class Faults {

    private final List<Fault> pending = new ArrayList<>();

    Faults() {}

    public synchronized void add(Fault fault) {
        pending.add(fault);
    }

    /// This action at this step, so many times.
    public void add(FaultPoint step, FaultAction action, int times) {
        add(new Fault(step, action, times));
    }

    /// Back to good health.
    public synchronized void clear() {
        pending.clear();
    }

    /// @return those not used up yet
    public synchronized List<Fault> pending() {
        return List.copyOf(pending);
    }

    /// Uses up one occurrence.
    synchronized Optional<FaultAction> next(FaultPoint step, boolean atMx, String command) {
        for (int i = 0; i < pending.size(); i++) {
            Fault fault = pending.get(i);
            if (fault.matches(step, atMx, command)) {
                useUp(i, fault);
                return Optional.of(fault.action());
            }
        }
        return Optional.empty();
    }

    private void useUp(int index, Fault fault) {
        if (fault.times() == 1) {
            pending.remove(index);
        } else {
            pending.set(index, fault.withOneUsed());
        }
    }
}
