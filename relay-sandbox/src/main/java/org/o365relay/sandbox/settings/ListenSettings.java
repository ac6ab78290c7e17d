package org.o365relay.sandbox.settings;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// The address and ports to listen on. A port is a number from 0 to 65535; 0 selects any free port.
///
/// @param smtp port of client submission
/// @param https port of the token service and Graph; null to disable both
/// @param mx port of the MX; null to disable it
public record ListenSettings(
        InetAddress address,
        int smtp,
        @Nullable Integer https,
        @Nullable Integer mx) {

    public ListenSettings {
        check(smtp);
        check(https == null ? 0 : https);
        check(mx == null ? 0 : mx);
    }

    private static void check(int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not in 0..65535");
        }
    }
}
