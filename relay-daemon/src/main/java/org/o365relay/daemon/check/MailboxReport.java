package org.o365relay.daemon.check;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.o365relay.mail.EmailAddress;

/// The result of checking a mailbox.
///
/// @param steps steps that need no connection to an upstream
/// @param upstreams results of the upstreams, in order of preference
@JsonPropertyOrder({"mailbox", "canSend"})
public record MailboxReport(EmailAddress mailbox, List<CheckStep> steps, List<UpstreamReport> upstreams) {

    public MailboxReport {
        steps = List.copyOf(steps);
        upstreams = List.copyOf(upstreams);
    }

    /// @return whether mail can be sent through at least one upstream
    @JsonProperty
    public boolean canSend() {
        return upstreams.stream().anyMatch(UpstreamReport::canSend);
    }
}
