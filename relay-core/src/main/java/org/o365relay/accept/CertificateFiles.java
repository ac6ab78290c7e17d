package org.o365relay.accept;

import java.nio.file.Path;
import java.time.Duration;

/// The relay's own certificate. Read anew when the files change.
///
/// @param certificate PEM, the relay's own first, then those of its issuers
/// @param key PEM, PKCS #8, not encrypted
/// @param detection how long the greeting waits for a client that begins with TLS where plain text is spoken
public record CertificateFiles(Path certificate, Path key, Duration detection) {}
