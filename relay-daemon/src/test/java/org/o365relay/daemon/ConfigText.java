package org.o365relay.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.entra.EntraSettings;

/// The `relay.conf` of a relay under test: ten lines as an admin writes them, and delays a test can wait for.
final class ConfigText {

    static final String MAILBOX = "relay@contoso.example";
    static final String PASSWORD = "correct horse battery";
    static final String APP = "6f1d1c2e-0f7b-4bfa-a3a5-2f6a9f1f0c11";
    static final String SECRET = "Xy8~the.value_of-the~secret";

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
              queue { minimum-free-space = 1MiB }
              mailboxes = [ {
                address = "%s"
                upstream { host = localhost, port = %d, trusted-certificates = "%s" }
                credential { password = "%s" }
              } ]
              retry { first-delay = 100ms, mailbox-probe = 200ms, mailbox-probe-max = 200ms }
            }
            """.formatted(MAILBOX, upstreamPort, trusted.toAbsolutePath(), PASSWORD);
        return Files.writeString(directory.resolve("relay.conf"), text + String.join("\n", more) + "\n");
    }

    /// The mailboxes, and whom to trust. Each is one line or more without the braces around it.
    static String mailboxes(Sandbox sandbox, String... mailboxes) {
        return """
            relay.http.trusted-certificates = "%s"
            relay.mailboxes = [
            %s
            ]
            """.formatted(
                sandbox.trustedCertificates().toAbsolutePath(),
                Stream.of(mailboxes).map(mailbox -> "{ " + mailbox + " }").collect(Collectors.joining("\n")));
    }

    static String address(String address) {
        return "address = \"" + address + "\"\n";
    }

    /// Client submission.
    static String smtp(Sandbox sandbox) {
        return "upstream { " + smtpUpstream(sandbox) + " }\n";
    }

    static String smtpUpstream(Sandbox sandbox) {
        return "preset = office365, host = localhost, port = %d, trusted-certificates = \"%s\""
                .formatted(
                        sandbox.address().getPort(),
                        sandbox.trustedCertificates().toAbsolutePath());
    }

    static String graph(Sandbox sandbox) {
        return "upstream { " + graphUpstream(sandbox) + " }\n";
    }

    static String graphUpstream(Sandbox sandbox) {
        return "preset = graph, graph-url = \"" + sandbox.origin() + "\"";
    }

    static String password() {
        return "credential { password = \"" + PASSWORD + "\" }\n";
    }

    /// The app of [#APP].
    ///
    /// @param more what goes into the credential besides
    static String app(Sandbox sandbox, String type, String... more) {
        return appOf(sandbox, EntraSettings.TENANT, type, more);
    }

    static String appOf(Sandbox sandbox, String tenant, String type, String... more) {
        return """
            credential {
              type = %s, authority = "%s", tenant = "%s", client-id = "%s"
              %s
            }
            """.formatted(type, sandbox.origin(), tenant, APP, String.join("\n  ", more));
    }

    static String secret() {
        return "client-secret = \"" + SECRET + "\"";
    }
}
