package org.o365relay.accept;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.SessionSettings;
import org.o365relay.accept.tls.CertificateFiles;

/// Settings of the SMTP server, shared by all listeners.
///
/// @param certificate certificate and private key files; null if TLS is not configured
/// @param users file with user names and bcrypt hashes; null if it is not configured
public record AcceptSettings(
        SessionSettings session,
        @Nullable CertificateFiles certificate,
        @Nullable Path users) {}
