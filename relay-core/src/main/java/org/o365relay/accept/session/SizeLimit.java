package org.o365relay.accept.session;

import org.o365relay.admit.ClientPolicy;
import org.o365relay.mail.Reply;
import org.o365relay.route.Routes;

/// The size limit that applies to every message of a client, whatever its recipients.
///
/// @param octets the limit of the device or the largest limit of any mailbox, whichever is smaller
/// @param isDeviceLimit whether the limit of the device applies
public record SizeLimit(long octets, boolean isDeviceLimit) {

    /// @return limit for clients with this policy
    public static SizeLimit of(ClientPolicy policy, Routes routes) {
        long largest = routes.maxMessageSize();
        return largest < policy.messageSize()
                ? new SizeLimit(largest, false)
                : new SizeLimit(policy.messageSize(), true);
    }

    /// @return reply to a larger message
    public Reply rejection() {
        return isDeviceLimit ? RejectReplies.tooLarge(octets) : RejectReplies.tooLargeFor("any mailbox", octets);
    }
}
