package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/// The other end of a delivery, which knows how many messages came.
interface Smarthost extends AutoCloseable {

    int port();

    /// PEM file with the certificate to trust.
    Path certificate();

    /// Waits for that many further messages.
    ///
    /// @return whether they came in time
    boolean awaitMessages(int count, Duration longest) throws InterruptedException;

    /// Messages that came and were not waited for.
    int surplus();

    /// TLS handshakes that came to their end, if it tells.
    OptionalLong handshakes();

    /// Sessions that authenticated, if it tells.
    OptionalLong logins();

    @Override
    void close() throws IOException;
}
