package org.o365relay.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.o365relay.daemon.sandbox.Sandbox;

/// The `relay.conf` of a relay under test: ten lines as an admin writes them, and delays a test can wait for.
final class ConfigText {

    static final String MAILBOX = "relay@contoso.example";
    static final String PASSWORD = "correct horse battery";

    private ConfigText() {}

    /// @param directory gets the file, and beside it the data directory `queue`
    /// @param more lines that win over the others
    static Path write(Path directory, Sandbox sandbox, String... more) throws IOException {
        return write(directory, sandbox.address().getPort(), sandbox.trustedCertificates(), more);
    }

    static Path write(Path directory, int upstreamPort, Path trusted, String... more) throws IOException {
        String text = """
            relay {
              hostname = "relay.contoso.example"
              listeners = [ { address = "127.0.0.1", port = 0 } ]
              trusted-networks = [ "127.0.0.0/8", "::1" ]
              data-directory = "queue"
              queue { free-space-floor = 1MiB }
              mailboxes = [ {
                address = "%s"
                upstream { host = localhost, port = %d, trusted-certificates = "%s" }
                credential { password = "%s" }
              } ]
              retry { first-delay = 100ms, mailbox-probe = 200ms, mailbox-probe-longest = 200ms }
            }
            """.formatted(MAILBOX, upstreamPort, trusted.toAbsolutePath(), PASSWORD);
        return Files.writeString(directory.resolve("relay.conf"), text + String.join("\n", more) + "\n");
    }
}
