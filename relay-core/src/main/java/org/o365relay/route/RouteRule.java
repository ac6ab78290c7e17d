package org.o365relay.route;

import org.jspecify.annotations.Nullable;
import org.o365relay.admit.AddressPattern;
import org.o365relay.admit.Network;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;

/// What is said of some mail. Everything that is not null must fit.
///
/// @param client where the message comes from
/// @param sender the envelope sender
/// @param author the address in `From`, as the device wrote it
/// @param recipient one recipient; the others of the message may go another way
/// @param target name of a [Target]; null for the usual one
public record RouteRule(
        @Nullable Network client,
        @Nullable AddressPattern sender,
        @Nullable AddressPattern author,
        @Nullable AddressPattern recipient,
        @Nullable String target,
        Priority priority) {

    boolean matches(RoutingInput origin, EmailAddress to) {
        return (client == null || client.contains(origin.client()))
                && (sender == null || sender.matches(origin.sender()))
                && (author == null || (origin.author() != null && author.matches(origin.author())))
                && (recipient == null || recipient.matches(to));
    }
}
