package org.o365relay.bench.server;

import java.io.IOException;
import java.nio.file.Path;

/// Starts a server to measure.
public interface Launcher {

    /// The name of the server in the result tables.
    String name();

    /// @param directory directory for the files of the server; empty, or left over from an earlier start
    /// @return the server, with its port open
    Server start(Path directory) throws IOException, InterruptedException;
}
