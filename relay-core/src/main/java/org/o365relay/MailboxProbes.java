package org.o365relay;

import java.util.List;
import org.o365relay.deliver.RequestedProbe;
import org.o365relay.deliver.RequestedProbe.Method;

/// The result of an operator's `resume` or `retry` of a mailbox: the probes it starts.
///
/// @param resumed whether it ended an operator's pause
/// @param probes what is blocked or suspended, and how each is probed; empty if nothing is
public record MailboxProbes(boolean resumed, List<RequestedProbe> probes) {

    public MailboxProbes {
        probes = List.copyOf(probes);
    }

    /// @return whether anything is probed
    public boolean isProbing() {
        return probes.stream().anyMatch(probe -> probe.waitsUntil() == null);
    }

    /// @return whether any probe sends a message
    boolean needsMessage() {
        return probes.stream().anyMatch(probe -> probe.method() == Method.MESSAGE);
    }
}
