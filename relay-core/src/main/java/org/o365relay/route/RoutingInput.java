package org.o365relay.route;

import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.rewrite.AuthorField;

/// The properties of a message, other than its recipients, that routing rules test.
///
/// @param sender the envelope sender; null for the null sender
/// @param author the address in `From`; null if there is none or it is invalid
public record RoutingInput(
        InetAddress client,
        @Nullable EmailAddress sender,
        @Nullable EmailAddress author) {

    /// @param from value of the `From` field, one octet per character; empty if there is none or it is not needed
    public static RoutingInput of(InetAddress client, @Nullable EmailAddress sender, Optional<String> from) {
        return new RoutingInput(
                client, sender, from.flatMap(AuthorField::address).orElse(null));
    }
}
