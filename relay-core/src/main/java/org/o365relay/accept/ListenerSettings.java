package org.o365relay.accept;

import java.util.List;
import org.o365relay.admit.Network;
import org.o365relay.admit.TrustedNetworks;

/// Settings of one listener.
///
/// @param trusted networks that may send mail to this listener
/// @param trustedProxies addresses whose connections must begin with a PROXY protocol header
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
