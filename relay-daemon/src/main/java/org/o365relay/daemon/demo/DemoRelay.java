package org.o365relay.daemon.demo;

import java.io.IOException;
import java.net.InetSocketAddress;

/// The running relay of a demo.
public interface DemoRelay extends AutoCloseable {

    /// @return the address and port on which the relay listens
    InetSocketAddress address();

    /// Stops the relay.
    @Override
    void close();

    /// Starts a relay.
    @FunctionalInterface
    interface Starter {
        /// Starts a relay and returns once it is listening.
        ///
        /// @throws IOException if the relay cannot be started; the message is for the user
        DemoRelay start(DemoRelaySettings settings) throws IOException;
    }
}
