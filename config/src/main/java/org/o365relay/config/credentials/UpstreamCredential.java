package org.o365relay.config.credentials;

import java.util.Optional;
import org.o365relay.config.hocon.Section;
import org.o365relay.identity.Credential;

/// The credential of an upstream, and where it is configured.
///
/// @param key key of `section` under which problems are reported
/// @param credential the credential; empty if it is invalid
public record UpstreamCredential(Section section, String key, Optional<Credential> credential) {

    public boolean isOAuth() {
        return credential.filter(Credential.OAuth.class::isInstance).isPresent();
    }

    public boolean isPassword() {
        return credential.filter(Credential.Password.class::isInstance).isPresent();
    }

    public boolean isNone() {
        return credential.filter(Credential.None.class::isInstance).isPresent();
    }

    public void reportProblem(String message) {
        section.source().reportProblem(section.ownSetting(key), message);
    }

    public void reportWarning(String message) {
        section.source().reportWarning(section.ownSetting(key), message);
    }
}
