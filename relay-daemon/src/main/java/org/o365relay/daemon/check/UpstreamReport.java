package org.o365relay.daemon.check;

import java.util.List;

/// What was found on one road of a mailbox.
///
/// @param road host and port, or whatever names it
/// @param steps in the order they were taken; the last one is bad if the road is closed
public record UpstreamReport(String road, List<CheckStep> steps) {

    public UpstreamReport {
        steps = List.copyOf(steps);
    }

    /// @return whether mail could leave this way
    public boolean isOpen() {
        return steps.stream().noneMatch(step -> step.mark() == CheckStep.Mark.BAD);
    }
}
