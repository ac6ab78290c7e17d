package org.o365relay.daemon.demo;

import java.io.IOException;
import java.net.InetSocketAddress;

/// A running relay, as far as a demonstration has to know it.
public interface DemoRelay extends AutoCloseable {

    /// Where it listens.
    InetSocketAddress address();

    /// Stops it.
    @Override
    void close();

    /// Makes a relay run.
    @FunctionalInterface
    interface Starter {
        /// Returns when it listens.
        ///
        /// @throws IOException with a message for people
        DemoRelay start(DemoRelaySettings plan) throws IOException;
    }
}
