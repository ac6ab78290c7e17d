package org.o365relay;

import java.util.List;
import org.o365relay.deliver.Dispatcher.Requested;
import org.o365relay.deliver.health.RequestedProbe;
import org.o365relay.deliver.health.RequestedProbe.Method;

/// The result of an operator's command to resume or retry a mailbox.
///
/// @param resumed whether the command ended an operator's pause
/// @param probes requested probes: one for the mailbox if it is blocked, one for each suspended upstream that
///     is preferred to the one in use, and one for the upstream in use if it had asked the relay to wait; may
///     be empty
/// @param backoffs number of backoffs of authors and recipients that were ended
/// @param messages number of waiting messages that are due now
public record ResumeResult(boolean resumed, List<RequestedProbe> probes, int backoffs, int messages) {

    public ResumeResult {
        probes = List.copyOf(probes);
    }

    /// @return whether at least one probe can start now, without waiting for the daily quota
    public boolean isProbing() {
        return probes.stream().anyMatch(probe -> probe.waitsUntil() == null);
    }

    static ResumeResult of(boolean resumed, Requested requested) {
        return new ResumeResult(resumed, requested.probes(), requested.backoffs(), requested.messages());
    }

    /// @return whether the command ended a pause or a backoff, or made a message due, or a probe can start now
    public boolean hasEffect() {
        return resumed || isProbing() || backoffs > 0 || messages > 0;
    }

    /// @return whether any probe sends a message
    boolean needsMessage() {
        return probes.stream().anyMatch(probe -> probe.method() == Method.MESSAGE);
    }
}
