package org.o365relay.admit;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.AddressKey;

/// One sender or recipient rule.
///
/// @param allows true to accept matching addresses, false to reject them
/// @param client network that the rule applies to; null for every client
/// @param reason text for the reply to rejected commands; may be empty
public record AddressRule(
        boolean allows, AddressPattern pattern, @Nullable Network client, String reason) {

    boolean matches(InetAddress from, AddressKey address) {
        return (client == null || client.contains(from)) && pattern.matches(address);
    }

    /// @return the rule as text, for example `deny "*@x.test" from 10.0.0.0/8`
    @Override
    public String toString() {
        return (allows ? "allow \"" : "deny \"") + pattern + '"' + (client == null ? "" : " from " + client);
    }
}
