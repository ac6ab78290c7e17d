package org.o365relay.mail;

import java.util.List;

/// An envelope, or a part of one, with its route.
///
/// @param route name of the mailbox or pool
/// @param envelope the envelope, with only the recipients of this part
public record RoutedEnvelope(String route, Priority priority, Envelope envelope) {

    /// @return whether the only recipient is one that the rewriting rules added
    public boolean isAddedCopy() {
        return envelope.recipients().stream().allMatch(envelope::isAdded);
    }

    /// @return number of recipients of all parts
    public static int recipients(List<RoutedEnvelope> parts) {
        int recipients = 0;
        for (RoutedEnvelope part : parts) {
            recipients += part.envelope().recipients().size();
        }
        return recipients;
    }
}
