package org.o365relay.route;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.o365relay.admit.AddressPattern;
import org.o365relay.admit.Network;
import org.o365relay.mail.EmailAddress;

/// The conditions of a routing or rewriting rule. All that are not null must match.
///
/// @param client network that contains the client
/// @param sender pattern for the envelope sender
/// @param author pattern for the address in `From` as received
/// @param recipient pattern for the recipient
public record Conditions(
        @Nullable Network client,
        @Nullable AddressPattern sender,
        @Nullable AddressPattern author,
        @Nullable AddressPattern recipient) {

    /// Matches every message.
    public static final Conditions NONE = new Conditions(null, null, null, null);

    public boolean matches(RoutingInput input, EmailAddress to) {
        return (client == null || client.contains(input.client()))
                && (sender == null || sender.matches(input.sender()))
                && (author == null || (input.author() != null && author.matches(input.author())))
                && (recipient == null || recipient.matches(to));
    }

    /// @return whether these conditions match everything that the others match. False if this is not certain:
    ///     patterns are compared as text
    public boolean cover(Conditions others) {
        return (client == null || (others.client != null && client.contains(others.client)))
                && covers(sender, others.sender)
                && (author == null || Objects.equals(author, others.author))
                && covers(recipient, others.recipient);
    }

    private static boolean covers(@Nullable AddressPattern pattern, @Nullable AddressPattern other) {
        return pattern == null || pattern.toString().equals("*") || pattern.equals(other);
    }
}
