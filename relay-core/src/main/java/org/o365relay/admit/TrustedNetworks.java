package org.o365relay.admit;

import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The networks that may send. Everybody else is turned away before MAIL.
///
/// @param networks in any order: the smallest that contains a client counts
public record TrustedNetworks(List<TrustedNetwork> networks) {

    public TrustedNetworks {
        networks = networks.stream()
                .sorted(Comparator.comparingInt(
                                (TrustedNetwork trusted) -> trusted.network().prefixLength())
                        .reversed())
                .toList();
    }

    /// @return on what terms a client at this address may relay; empty if it may not
    public Optional<ClientPolicy> policy(InetAddress client) {
        return network(client).map(TrustedNetwork::policy);
    }

    /// @return the network whose terms count for a client at this address; empty if it is in none
    public Optional<TrustedNetwork> network(InetAddress client) {
        for (TrustedNetwork trusted : networks) {
            if (trusted.network().contains(client)) {
                return Optional.of(trusted);
            }
        }
        return Optional.empty();
    }
}
