package org.o365relay.admit;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// One line of the sender or recipient rules.
///
/// @param allows whether what matches is let through; else it is refused
/// @param client who it is about; null for every client
/// @param reason for those who are refused; may be empty
public record AddressRule(
        boolean allows, AddressPattern pattern, @Nullable Network client, String reason) {

    boolean matches(InetAddress from, NormalizedAddress address) {
        return (client == null || client.contains(from)) && pattern.matches(address);
    }

    /// @return for example `deny "*@x.test" from 10.0.0.0/8`
    @Override
    public String toString() {
        return (allows ? "allow \"" : "deny \"") + pattern + '"' + (client == null ? "" : " from " + client);
    }
}
