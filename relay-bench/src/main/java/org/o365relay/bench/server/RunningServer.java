package org.o365relay.bench.server;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.OptionalLong;

/// A server that is already running; the benchmark neither starts nor stops it.
public record RunningServer(InetSocketAddress address, OptionalLong pid) implements Server, Launcher {

    @Override
    public String name() {
        return address.getHostString() + ":" + address.getPort();
    }

    @Override
    public Server start(Path directory) {
        return this;
    }

    @Override
    public void close() {}
}
