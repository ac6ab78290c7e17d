package org.o365relay.route;

import org.jspecify.annotations.Nullable;
import org.o365relay.admit.AddressPattern;
import org.o365relay.admit.Network;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;

/// A routing rule. All conditions that are not null must match.
///
/// @param client network of the client
/// @param sender the envelope sender
/// @param author address in `From` as received
/// @param recipient of the message; other recipients may be routed differently
/// @param target name of a [Target]; null for the default target
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
