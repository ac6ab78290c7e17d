package org.o365relay.accept;

import java.util.List;
import org.o365relay.admit.Network;
import org.o365relay.admit.TrustedNetworks;

/// Where the relay listens, and for whom.
///
/// @param trusted who may send here
/// @param trustedProxies whose connections must begin with a PROXY protocol header, which says who the client is
public record ListenerSettings(
        Endpoint endpoint, ListenerTls tls, TrustedNetworks trusted, List<Network> trustedProxies) {

    public ListenerSettings {
        trustedProxies = List.copyOf(trustedProxies);
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
