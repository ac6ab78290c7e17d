package org.o365relay.daemon.check;

import java.util.List;

/// What was found on one road of a mailbox.
///
/// @param upstream host and port, or whatever names it
/// @param steps in the order they were taken; the last one is bad if the road is closed
public record UpstreamReport(String upstream, List<CheckStep> steps) {

    public UpstreamReport {
        steps = List.copyOf(steps);
    }

    /// @return whether mail could leave this way
    public boolean canSend() {
        return steps.stream().noneMatch(step -> step.result() == CheckStep.Result.FAILED);
    }
}
