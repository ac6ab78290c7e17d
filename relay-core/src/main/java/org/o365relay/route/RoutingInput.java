package org.o365relay.route;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// The properties of a message, other than its recipients, that routing rules test.
///
/// @param sender the envelope sender; null for the null sender
/// @param author the address in `From`; null if there is none or it is invalid
public record RoutingInput(
        InetAddress client,
        @Nullable EmailAddress sender,
        @Nullable EmailAddress author) {}
