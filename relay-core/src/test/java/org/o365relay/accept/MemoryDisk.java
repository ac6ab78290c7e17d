package org.o365relay.accept;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/// A temporary directory in memory, if the system has one, for thousands of messages that need not survive a
/// crash.
public final class MemoryDisk implements TempDirFactory {

    private static final Path LINUX = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension) throws IOException {
        return Files.isWritable(LINUX)
                ? Files.createTempDirectory(LINUX, "o365-relay-test")
                : Files.createTempDirectory("o365-relay-test");
    }
}
