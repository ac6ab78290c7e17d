package org.o365relay.config;

import java.util.Optional;
import org.o365relay.identity.Credential;

/// What a road signs in with, and where that is said.
///
/// @param key in the section; what is told about it
/// @param credential empty if it is wrong
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
