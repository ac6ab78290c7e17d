package org.o365relay.daemon.report;

import java.net.InetAddress;
import java.util.List;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.admit.ClientPolicy;

/// The names of devices. A device has the name of the trusted network that contains it.
public record DeviceNames(List<ListenerSettings> listeners) {

    public DeviceNames {
        listeners = List.copyOf(listeners);
    }

    /// @param client IP address
    /// @return the address, followed by the name if the device has one: `192.168.10.17 (Scanner 2nd floor)`
    public String named(String client) {
        String name = name(client);
        return name.isEmpty() ? client : client + " (" + name + ")";
    }

    /// Uses the first listener that trusts the client, because the queue does not record which listener
    /// accepted a message.
    private String name(String client) {
        try {
            InetAddress address = InetAddress.ofLiteral(client);
            return listeners.stream()
                    .flatMap(listener -> listener.trusted().policy(address).stream())
                    .findFirst()
                    .map(ClientPolicy::name)
                    .orElse("");
        } catch (IllegalArgumentException damaged) {
            return "";
        }
    }
}
