package org.o365relay.queue;

import java.util.List;
import java.util.stream.Stream;
import org.o365relay.mail.AddressKey;

/// The messages that a mailbox may claim: its own messages, and unclaimed messages of the routes that it
/// serves.
///
/// @param owner key of the address of the mailbox; stored as the mailbox of the messages that it claims
/// @param routes names of the pools that contain the mailbox; may also contain the owner
public record ClaimScope(String owner, List<String> routes) {

    public ClaimScope {
        routes = List.copyOf(routes);
    }

    /// @return whether messages routed to this mailbox or pool belong to the scope
    public boolean serves(String route) {
        return owner.equals(route) || routes.contains(route);
    }

    /// @return whether the mailbox is in a pool
    public boolean isInPool() {
        return mailboxes().size() > 1;
    }

    /// @return whether the message was routed to a pool, so that another mailbox may send it
    public boolean isFromPool(Claim claim) {
        return !AddressKey.ofName(claim.route()).equals(owner);
    }

    /// @return names of the mailbox and its pools, from which messages are claimed; the mailbox is first
    public List<String> mailboxes() {
        return Stream.concat(Stream.of(owner), routes.stream()).distinct().toList();
    }
}
