package org.o365relay.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stored login of one credential. Whoever uses the refresh token holds the file's monitor meanwhile.
final class LoginFile {

    /// Microsoft ends a refresh token that was not used for so long.
    static final Duration MAX_IDLE = Duration.ofDays(90);

    private static final Logger LOG = LoggerFactory.getLogger(LoginFile.class);

    private final Credential.DeviceCode credential;
    private final EncryptedFile file;
    private volatile @Nullable Instant usedAt;

    LoginFile(Credential.DeviceCode credential) {
        this.credential = credential;
        this.file = new EncryptedFile(credential.file(), credential.key());
    }

    /// @throws SignInException if there is none that can be used
    synchronized StoredLogin read() throws SignInException {
        String content = file.read()
                .orElseThrow(() -> unusable(
                        "nobody has signed in yet: there is no " + credential.file() + "; run o365-relay login"));
        StoredLogin login = StoredLogin.parse(content)
                .orElseThrow(() -> unusable(credential.file() + " is damaged; run o365-relay login again"));
        if (!login.isFor(credential.app())) {
            throw unusable(credential.file() + " is the login of " + login + ", not with app "
                    + credential.app().clientId() + " at " + credential.app().tenant()
                    + "; run o365-relay login again");
        }
        usedAt = login.usedAt();
        return login;
    }

    /// Keeps what the sign-in service has renewed. A token that was had is of use even if its successor cannot
    /// be written down: the one before it works for a while.
    synchronized void update(StoredLogin renewed) {
        try {
            file.rewrite(renewed.json());
            usedAt = renewed.usedAt();
        } catch (SignInException e) {
            LOG.warn("the renewed login is not stored, and will end 90 days after {}: {}", usedAt, e.getMessage());
        }
    }

    /// @throws SignInException if it cannot be written
    synchronized void store(StoredLogin login) throws SignInException {
        file.write(login.json());
        usedAt = login.usedAt();
    }

    /// @throws SignInException if something is in its place that is no login
    synchronized void requireOwnFormat() throws SignInException {
        file.requireOwnFormat();
    }

    /// @return empty if nobody has signed in, or the file cannot be read
    Optional<Instant> usedAt() {
        if (usedAt == null) {
            try {
                return Optional.of(read().usedAt());
            } catch (SignInException _) {
                return Optional.empty(); // whoever wants a token is told
            }
        }
        return Optional.of(usedAt);
    }

    private static SignInException unusable(String text) {
        return SignInException.misconfigured(SignInException.NO_LOGIN, text, null);
    }
}
