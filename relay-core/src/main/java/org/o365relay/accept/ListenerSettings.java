package org.o365relay.accept;

import java.net.InetAddress;

/// Where the relay listens.
///
/// @param address a local address; the wildcard address means all
/// @param port 1 to 65535; 0 lets the system choose (tests)
public record ListenerSettings(InetAddress address, int port) {

    @Override
    public String toString() {
        String host = address.getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
