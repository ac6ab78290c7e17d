package org.o365relay.bench.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.OptionalLong;

/// A running SMTP server under measurement. [#close()] stops it if the benchmark started it.
public interface Server extends AutoCloseable {

    InetSocketAddress address();

    /// The process whose CPU time and memory are measured, with its descendants; empty if unknown.
    OptionalLong pid();

    @Override
    void close() throws IOException;
}
