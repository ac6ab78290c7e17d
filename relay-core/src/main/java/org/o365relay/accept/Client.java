package org.o365relay.accept;

import java.net.InetAddress;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Device;

/// Who is at the other end of a connection.
///
/// @param device what is counted of it
/// @param tls what its listener does about TLS; off if there is no certificate
record Client(InetAddress address, ClientPolicy policy, Device device, ListenerTls tls) {}
