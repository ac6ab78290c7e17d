package org.o365relay.route;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// Where a message comes from.
///
/// @param sender the envelope sender; null for the null sender
/// @param author the address in `From`; null if there is none that can be read
public record RoutingInput(
        InetAddress client,
        @Nullable EmailAddress sender,
        @Nullable EmailAddress author) {}
