package org.o365relay.route;

import org.jspecify.annotations.Nullable;
import org.o365relay.admit.AddressPattern;
import org.o365relay.admit.Network;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;

/// A routing rule. All conditions that are not null must match.
///
/// @param client network that contains the client
/// @param sender pattern for the envelope sender
/// @param author pattern for the address in `From` as received
/// @param recipient pattern for the recipient; other recipients of the same message may be routed differently
/// @param target name of a [Target]; null for the default target
/// @param priority priority of the message for the recipient
public record RouteRule(
        @Nullable Network client,
        @Nullable AddressPattern sender,
        @Nullable AddressPattern author,
        @Nullable AddressPattern recipient,
        @Nullable String target,
        Priority priority) {

    boolean matches(RoutingInput input, EmailAddress to) {
        return (client == null || client.contains(input.client()))
                && (sender == null || sender.matches(input.sender()))
                && (author == null || (input.author() != null && author.matches(input.author())))
                && (recipient == null || recipient.matches(to));
    }
}
