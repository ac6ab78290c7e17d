package org.o365relay.accept;

import java.net.InetAddress;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Device;

/// The client of a connection.
///
/// @param device counters and limits of the client's address
/// @param tls TLS mode of the listener; off if there is no certificate
record Client(InetAddress address, ClientPolicy policy, Device device, ListenerTls tls) {}
