package org.o365relay.admit;

import java.net.InetAddress;
import java.util.List;

/// The networks that may send without logging in. Everybody else is turned away before MAIL.
public record TrustedNetworks(List<Network> networks) {

    public TrustedNetworks {
        networks = List.copyOf(networks);
    }

    /// @return whether a client at this address may relay
    public boolean trust(InetAddress client) {
        return networks.stream().anyMatch(network -> network.contains(client));
    }
}
