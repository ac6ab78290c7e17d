package org.o365relay.daemon.check;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/// The result of checking one upstream of a mailbox.
///
/// @param upstream name of the upstream, such as host and port
/// @param steps steps in the order in which they were performed; after a failure, no further step is performed,
///     but an earlier step may also be marked as failed because of it
@JsonPropertyOrder({"upstream", "canSend"})
public record UpstreamReport(String upstream, List<CheckStep> steps) {

    public UpstreamReport {
        steps = List.copyOf(steps);
    }

    /// @return whether mail can be sent through this upstream
    @JsonProperty
    public boolean canSend() {
        return steps.stream().noneMatch(step -> step.result() == CheckStep.Result.FAILED);
    }
}
