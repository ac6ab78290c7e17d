package org.o365relay.admit;

import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The networks that may send mail. Connections from other addresses are rejected before the greeting.
///
/// @param networks trusted networks, in any order; the smallest one that contains the client applies
public record TrustedNetworks(List<TrustedNetwork> networks) {

    public TrustedNetworks {
        networks = networks.stream()
                .sorted(Comparator.comparingInt(
                                (TrustedNetwork trusted) -> trusted.network().prefixLength())
                        .reversed())
                .toList();
    }

    /// @return policy for this client; empty if the client is not trusted
    public Optional<ClientPolicy> policy(InetAddress client) {
        return network(client).map(TrustedNetwork::policy);
    }

    /// @return the smallest network that contains the client; empty if none does
    public Optional<TrustedNetwork> network(InetAddress client) {
        for (TrustedNetwork trusted : networks) {
            if (trusted.network().contains(client)) {
                return Optional.of(trusted);
            }
        }
        return Optional.empty();
    }
}
