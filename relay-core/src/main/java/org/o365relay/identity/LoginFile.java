package org.o365relay.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stored login of one credential. Callers must hold the monitor of this object while they use the refresh
/// token.
final class LoginFile {

    /// Microsoft revokes refresh tokens that have not been used for this long.
    static final Duration MAX_IDLE = Duration.ofDays(90);

    private static final Logger log = LoggerFactory.getLogger(LoginFile.class);

    private final Credential.DeviceCode credential;
    private final EncryptedLoginFile file;
    private volatile @Nullable Instant usedAt;

    /// @param iterations number of iterations of the key derivation
    LoginFile(Credential.DeviceCode credential, int iterations) {
        this.credential = credential;
        this.file = new EncryptedLoginFile(credential.file(), credential.key(), iterations);
    }

    /// @throws SignInException if no usable login is stored
    synchronized StoredLogin read() throws SignInException {
        String content = file.read()
                .orElseThrow(() -> unusable(
                        "no user has signed in yet: there is no " + credential.file() + "; run o365-relay login"));
        StoredLogin login = Json.read(content, StoredLogin.class)
                .orElseThrow(() -> unusable(credential.file() + " is damaged; run o365-relay login again"));
        if (!login.isFor(credential.app())) {
            throw unusable(credential.file() + " contains the login of " + login + ", but the configured app is "
                    + credential.app().clientId() + " at " + credential.app().tenant()
                    + "; run o365-relay login again");
        }
        usedAt = login.usedAt();
        return login;
    }

    /// Stores the renewed login. A failure is only logged: the new access token is usable, and the old refresh
    /// token stays valid for a while.
    synchronized void update(StoredLogin renewed) {
        try {
            file.rewrite(Json.text(renewed));
            usedAt = renewed.usedAt();
        } catch (SignInException e) {
            log.warn(
                    "cannot store the renewed login; the stored login expires 90 days after {}: {}",
                    usedAt,
                    e.getMessage());
        }
    }

    /// @throws SignInException if the file cannot be written
    synchronized void store(StoredLogin login) throws SignInException {
        file.write(Json.text(login));
        usedAt = login.usedAt();
    }

    /// Checks that the file is a stored login or does not exist, so that no other file is overwritten.
    ///
    /// @throws SignInException if the file cannot be read or is not a stored login
    synchronized void requireOwnFormat() throws SignInException {
        file.requireOwnFormat();
    }

    /// @return when the login was last used; empty if no usable login is stored
    Optional<Instant> usedAt() {
        if (usedAt == null) {
            try {
                return Optional.of(read().usedAt());
            } catch (SignInException _) {
                return Optional.empty(); // the next token request reports the error
            }
        }
        return Optional.of(usedAt);
    }

    private static SignInException unusable(String text) {
        return SignInException.misconfigured(SignInException.NO_LOGIN, text, null);
    }
}
