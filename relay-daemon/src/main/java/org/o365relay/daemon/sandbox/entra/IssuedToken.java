package org.o365relay.daemon.sandbox.entra;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An access token this directory has given out. Does not show itself.
///
/// @param value what the client holds
/// @param permissions roles of an app, scopes of a user
/// @param user who signed in; null for an app
public record IssuedToken(
        String value,
        Resource resource,
        AppRegistration app,
        Set<String> permissions,
        @Nullable String user,
        Instant expiresAt) {

    /// @param permission of the app: `SMTP.SendAsApp`
    /// @param delegated what a user's token has instead: `SMTP.Send`
    public boolean allows(String permission, String delegated) {
        return permissions.contains(user == null ? permission : delegated);
    }

    /// @return whether this mailbox may be used with it: the user's own, or one the app was given
    public boolean mayUse(String mailbox) {
        return user == null ? app.mayUse(mailbox) : folded(user).equals(folded(mailbox));
    }

    /// @return who signed in; empty for an app
    public Optional<String> signedIn() {
        return Optional.ofNullable(user);
    }

    @Override
    public String toString() {
        return "token of " + (user == null ? app : user) + " for " + resource;
    }

    private static String folded(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
