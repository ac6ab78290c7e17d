package org.o365relay.daemon.cli;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.mail.DeviceRecord;

/// A device in the list of `o365-relay devices`: its counters, and its name and limit from the configuration.
///
/// @param name name of the trusted network that contains the device; empty if the network has no name or the
///     device is not trusted
/// @param recipientsPerDay recipients allowed in 24 hours; null if unlimited or the device is not trusted
record DeviceEntry(
        DeviceRecord device, String name, @Nullable Integer recipientsPerDay) {

    static DeviceEntry of(DeviceRecord device, List<ListenerSettings> listeners) {
        Optional<ClientPolicy> policy = policy(device.address(), listeners);
        return new DeviceEntry(
                device,
                policy.map(ClientPolicy::name).orElse(""),
                policy.map(ClientPolicy::limits)
                        .map(limits -> limits.recipientsPerDay())
                        .orElse(null));
    }

    /// Returns the policy of the first listener that trusts the device. The listener that the device uses is
    /// unknown, because the queue does not record it.
    private static Optional<ClientPolicy> policy(InetAddress address, List<ListenerSettings> listeners) {
        return listeners.stream()
                .flatMap(listener -> listener.trusted().policy(address).stream())
                .findFirst();
    }
}
