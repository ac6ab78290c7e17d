package org.o365relay.accept;

import org.o365relay.admit.ClientPolicy;
import org.o365relay.mail.Reply;
import org.o365relay.route.Routes;

/// How large a message may be, as far as that can be said before its recipients are known.
///
/// @param octets the device's limit, or that of the mailbox that takes most, whichever is smaller
/// @param isDeviceLimit whether it is the device's limit
public record SizeLimit(long octets, boolean isDeviceLimit) {

    /// @return what is true of a client
    public static SizeLimit of(ClientPolicy policy, Routes routes) {
        long largest = routes.maxMessageSize();
        return largest < policy.messageSize()
                ? new SizeLimit(largest, false)
                : new SizeLimit(policy.messageSize(), true);
    }

    /// @return the reply to what is larger
    public Reply rejection() {
        return isDeviceLimit ? RejectReplies.tooLarge(octets) : RejectReplies.tooLargeFor("any mailbox", octets);
    }
}
