package org.o365relay.daemon;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The set-up of tests that send mail through a relay to a sandbox. Each test starts the relay itself; the sandbox
/// runs,
/// and the tests of a class share its certificate.
@SuppressWarnings("NullAway.Init")
abstract class EndToEnd {

    @TempDir
    static Path office;

    @TempDir
    Path directory;

    RelayFixture relay;

    @BeforeEach
    void open() throws IOException {
        relay = new RelayFixture(directory, office);
    }

    @AfterEach
    void close() {
        relay.close();
    }
}
