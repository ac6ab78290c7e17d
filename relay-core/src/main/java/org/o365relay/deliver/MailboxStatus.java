package org.o365relay.deliver;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How one mailbox's way out is.
///
/// @param mailbox address
/// @param since when it came into this state; null if it is open
/// @param upstream the road that mail takes now; if none is open, the one that shows the trouble
/// @param reply what the upstream said; empty if it is open or an operator stopped it
/// @param reason what that means, or who stopped it; empty if it is open
/// @param advice what the admin can do; may be empty
/// @param nextProbe when it is tried whether the trouble is over; null if it is open or stopped
/// @param delivering how many messages are being handed over just now
public record MailboxStatus(
        String mailbox,
        State state,
        @Nullable Instant since,
        String upstream,
        String reply,
        String reason,
        String advice,
        @Nullable Instant nextProbe,
        int delivering) {

    /// Whether mail leaves.
    public enum State {
        /// It does.
        OPEN,
        /// It does, but not by the road that was asked for first.
        FAILOVER,
        /// It does not for the moment: the upstream cannot be reached, or asked for a rest.
        RETRYING,
        /// It does not until the admin has mended something.
        BLOCKED,
        /// It does not, because an operator said so.
        PAUSED
    }
}
