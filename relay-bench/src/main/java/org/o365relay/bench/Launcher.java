package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;

/// A way to have a server of some kind running.
interface Launcher {

    /// What the tables call it.
    String name();

    /// @param directory empty, or what the same server left there; for its files
    /// @return the server, its port open
    Server start(Path directory) throws IOException, InterruptedException;
}
