package org.o365relay.accept.session;

import java.net.InetAddress;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Device;

/// The client of a connection.
///
/// @param device counters and limits of the client's address
/// @param tls TLS mode of the listener; off if there is no certificate
public record Client(InetAddress address, ClientPolicy policy, Device device, ListenerTls tls) {}
