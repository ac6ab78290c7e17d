package org.o365relay.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.OptionalLong;

/// A running SMTP server that is measured. Closing it stops it, if the bench started it.
interface Server extends AutoCloseable {

    InetSocketAddress address();

    /// The process whose processor time and memory are counted, with its descendants; empty if it is not known.
    OptionalLong pid();

    @Override
    void close() throws IOException;
}
