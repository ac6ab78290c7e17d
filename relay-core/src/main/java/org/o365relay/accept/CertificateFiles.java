package org.o365relay.accept;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The relay's own certificate. Read anew when the files change.
///
/// @param certificate PEM, the relay's own first, then those of its issuers
/// @param key PEM, PKCS #8, not encrypted
/// @param detectionTimeout how long the greeting waits for a client that begins with TLS where plain text is spoken; 0
///     for not at all
public record CertificateFiles(Path certificate, Path key, Duration detectionTimeout) {

    /// Something about the files that the admin should know.
    ///
    /// @param fatal whether the relay cannot start with them
    /// @param text names the file and the cure
    public record Problem(boolean fatal, String text) {}

    /// Reads the files.
    ///
    /// @return empty if all is well
    public List<Problem> problems(Instant now) {
        try {
            return ServerIdentity.read(this).validityProblem(now).stream()
                    .map(objection -> new Problem(false, objection))
                    .toList();
        } catch (UnusableCertificateException e) {
            return List.of(new Problem(true, String.valueOf(e.getMessage())));
        }
    }
}
