package org.o365relay.config;

import java.util.Optional;
import org.o365relay.identity.Credential;

/// The credential of an upstream, and where it is configured.
///
/// @param key key in the section that problems are reported for
/// @param credential empty if invalid
record UpstreamCredential(Section section, String key, Optional<Credential> credential) {

    boolean isOAuth() {
        return credential.filter(Credential.OAuth.class::isInstance).isPresent();
    }

    boolean isPassword() {
        return credential.filter(Credential.Password.class::isInstance).isPresent();
    }

    boolean isNone() {
        return credential.filter(Credential.None.class::isInstance).isPresent();
    }

    void problem(String message) {
        section.source().problem(section.here(key), message);
    }

    void warning(String message) {
        section.source().warning(section.here(key), message);
    }
}
