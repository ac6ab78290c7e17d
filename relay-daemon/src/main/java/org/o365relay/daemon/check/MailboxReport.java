package org.o365relay.daemon.check;

import java.util.List;
import org.o365relay.mail.EmailAddress;

/// What was found of a mailbox.
///
/// @param steps what holds whatever the road: what ends when, what is left of the day's limit
/// @param upstreams in the order the relay takes them
public record MailboxReport(EmailAddress mailbox, List<CheckStep> steps, List<UpstreamReport> upstreams) {

    public MailboxReport {
        steps = List.copyOf(steps);
        upstreams = List.copyOf(upstreams);
    }

    /// @return whether mail could leave by some road
    public boolean canSend() {
        return upstreams.stream().anyMatch(UpstreamReport::canSend);
    }
}
