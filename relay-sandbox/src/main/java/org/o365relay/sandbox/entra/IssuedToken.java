package org.o365relay.sandbox.entra;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An issued access token. [#toString()] hides its value.
///
/// @param value token as sent to the client; empty until the token has been generated
/// @param permissions roles of an app or scopes of a user
/// @param user signed-in user; null for an app
public record IssuedToken(
        String value,
        Resource resource,
        AppRegistration app,
        Set<String> permissions,
        @Nullable String user,
        Instant expiresAt) {

    /// @param applicationPermission application permission that an app needs, such as `SMTP.SendAsApp`
    /// @param delegatedPermission delegated permission that a user needs, such as `SMTP.Send`
    public boolean allows(String applicationPermission, String delegatedPermission) {
        return permissions.contains(user == null ? applicationPermission : delegatedPermission);
    }

    /// @return whether the token gives access to the mailbox: the mailbox of the signed-in user, or one that
    ///     the app may use
    public boolean mayUse(String mailbox) {
        return user == null ? app.mayUse(mailbox) : lowerCase(user).equals(lowerCase(mailbox));
    }

    /// @return the signed-in user; empty for an app
    public Optional<String> signedInUser() {
        return Optional.ofNullable(user);
    }

    @Override
    public String toString() {
        return "token of " + (user == null ? app : user) + " for " + resource;
    }

    private static String lowerCase(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
