package org.o365relay.daemon.check;

import java.util.List;
import org.o365relay.mail.EmailAddress;

/// What was found of a mailbox.
///
/// @param facts what holds whatever the road: what ends when, what is left of the day's limit
/// @param roads in the order the relay takes them
public record MailboxReport(EmailAddress mailbox, List<CheckStep> facts, List<UpstreamReport> roads) {

    public MailboxReport {
        facts = List.copyOf(facts);
        roads = List.copyOf(roads);
    }

    /// @return whether mail could leave by some road
    public boolean isOpen() {
        return roads.stream().anyMatch(UpstreamReport::isOpen);
    }
}
