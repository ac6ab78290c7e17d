package org.o365relay.sandbox.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The faults that are still to be injected. If several match a command, the one that was added first is
/// injected, until it has been injected the specified number of times. Thread-safe: faults may be added and
/// removed while the sandbox runs.
public final class Faults {

    private final List<Fault> pending = new ArrayList<>();

    public Faults() {}

    public synchronized void add(Fault fault) {
        pending.add(fault);
    }

    /// Adds a fault that is injected the given number of times.
    public void add(FaultPoint point, FaultAction action, int times) {
        add(new Fault(point, action, times));
    }

    /// Removes all faults.
    public synchronized void clear() {
        pending.clear();
        notifyAll();
    }

    /// Waits until no faults are left.
    public synchronized void awaitNone() throws InterruptedException {
        while (!pending.isEmpty()) {
            wait();
        }
    }

    /// @return the faults that are still to be injected
    public synchronized List<Fault> pending() {
        return List.copyOf(pending);
    }

    /// Returns the action of the first matching fault and counts the fault as injected once.
    public synchronized Optional<FaultAction> next(FaultPoint point, boolean atMx, String command) {
        for (int i = 0; i < pending.size(); i++) {
            Fault fault = pending.get(i);
            if (fault.matches(point, atMx, command)) {
                countUse(i, fault);
                return Optional.of(fault.action());
            }
        }
        return Optional.empty();
    }

    private void countUse(int index, Fault fault) {
        if (fault.times() == 1) {
            pending.remove(index);
            notifyAll();
        } else {
            pending.set(index, fault.afterOneUse());
        }
    }
}
