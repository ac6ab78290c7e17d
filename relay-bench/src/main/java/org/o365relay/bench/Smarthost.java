package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/// An upstream that counts the messages it receives.
interface Smarthost extends AutoCloseable {

    int port();

    /// The PEM file with the certificate to trust.
    Path certificate();

    /// Waits until `count` further messages have been received.
    ///
    /// @return false on timeout
    boolean awaitMessages(int count, Duration timeout) throws InterruptedException;

    /// The number of received messages that [#awaitMessages] has not counted yet.
    int surplus();

    /// The number of completed TLS handshakes; empty if unknown.
    OptionalLong handshakes();

    /// The number of authenticated sessions; empty if unknown.
    OptionalLong logins();

    @Override
    void close() throws IOException;
}
