package org.o365relay.accept.session;

import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Device;
import org.o365relay.mail.Deviation;

/// The client of a connection.
///
/// @param device counters of the client's address
/// @param tls TLS mode of the listener; [ListenerTls#OFF] if there is no certificate
public record Client(InetAddress address, ClientPolicy policy, Device device, ListenerTls tls) {

    /// Counts a deviation.
    public void deviated(Deviation deviation) {
        device.deviated(deviation);
    }

    /// @return whether the client's network accepts the deviation; does not count it
    boolean accepts(Deviation deviation) {
        return policy.tolerance().accepts(deviation);
    }

    /// Counts a deviation.
    ///
    /// @return whether the client's network accepts it
    boolean tolerates(Deviation deviation) {
        deviated(deviation);
        return accepts(deviation);
    }

    /// Counts deviations.
    ///
    /// @return the first one that the client's network refuses; empty if it accepts all
    Optional<Deviation> firstRefused(Set<Deviation> deviations) {
        @Nullable Deviation refused = null;
        for (Deviation deviation : deviations) {
            refused = tolerates(deviation) || refused != null ? refused : deviation;
        }
        return Optional.ofNullable(refused);
    }
}
