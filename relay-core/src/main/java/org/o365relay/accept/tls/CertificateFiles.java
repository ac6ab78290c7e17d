package org.o365relay.accept.tls;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The files of the relay's TLS certificate and key, and the timeout of TLS detection. The files are reloaded
/// when they change.
///
/// @param certificate PEM file with the server certificate, then the intermediate certificates
/// @param key PEM file with the private key, in unencrypted PKCS #8
/// @param detectionTimeout how long the greeting waits for a TLS handshake on a plain-text port; 0 disables TLS
///     detection
public record CertificateFiles(Path certificate, Path key, Duration detectionTimeout) {

    /// A problem with the files, for the admin.
    ///
    /// @param fatal whether the problem prevents the relay from starting
    /// @param text description of the problem, with the file and the fix
    public record Problem(boolean fatal, String text) {}

    /// Reads and checks the files.
    ///
    /// @return the problems found; empty if the files are valid at this time
    public List<Problem> problems(Instant now) {
        try {
            return ServerIdentity.read(this).validityProblem(now).stream()
                    .map(text -> new Problem(false, text))
                    .toList();
        } catch (UnusableCertificateException e) {
            return List.of(new Problem(true, String.valueOf(e.getMessage())));
        }
    }
}
