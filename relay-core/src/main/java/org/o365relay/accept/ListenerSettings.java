package org.o365relay.accept;

import java.util.List;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.Network;
import org.o365relay.admit.TrustedNetworks;

/// Settings of one listener.
///
/// @param trusted networks that may send mail to this listener
/// @param trustedProxies networks of proxies; a connection from a proxy must begin with a PROXY protocol header
public record ListenerSettings(
        Endpoint endpoint, ListenerTls tls, TrustedNetworks trusted, List<Network> trustedProxies) {

    public ListenerSettings {
        trustedProxies = List.copyOf(trustedProxies);
    }

    /// @return whether the listener uses TLS and old TLS is enabled for any of its trusted networks
    public boolean usesOldTls() {
        return tls != ListenerTls.OFF
                && trusted.networks().stream()
                        .anyMatch(network -> network.policy().oldTls());
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
