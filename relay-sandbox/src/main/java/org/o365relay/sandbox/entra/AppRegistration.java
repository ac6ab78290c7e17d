package org.o365relay.sandbox.entra;

import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An app registration of the tenant with its granted permissions.
///
/// @param clientId application (client) ID; matched without regard to case
/// @param secret client secret; null if the app has none
/// @param certificate certificate for verifying the signatures of the app's client assertions; null if the app
///     has none
/// @param roles application permissions with admin consent, such as `SMTP.SendAsApp` and `Mail.Send`
/// @param mailboxes addresses of the mailboxes that the app may use; [#EVERY_MAILBOX] for all
public record AppRegistration(
        String clientId,
        @Nullable String secret,
        @Nullable X509Certificate certificate,
        Set<String> roles,
        Set<String> mailboxes,
        State state) {

    /// Access to all mailboxes.
    public static final Set<String> EVERY_MAILBOX = Set.of("*");

    /// The permissions that a relay needs for SMTP and Graph.
    public static final Set<String> USUAL_ROLES = Set.of("SMTP.SendAsApp", "Mail.Send", "Mail.ReadWrite");

    /// Whether the app can obtain tokens.
    public enum State {
        ACTIVE,
        /// A request with the correct secret is refused with AADSTS7000222.
        SECRET_EXPIRED,
        /// Every request is refused with AADSTS7000112.
        DISABLED
    }

    public AppRegistration {
        roles = Set.copyOf(roles);
        mailboxes = mailboxes.stream().map(AppRegistration::lowerCase).collect(Collectors.toUnmodifiableSet());
    }

    /// Returns an app with a secret and the [#USUAL_ROLES] for every mailbox.
    public static AppRegistration withSecret(String clientId, String secret) {
        return new AppRegistration(clientId, secret, null, USUAL_ROLES, EVERY_MAILBOX, State.ACTIVE);
    }

    /// Returns an app with a certificate and the [#USUAL_ROLES] for every mailbox.
    public static AppRegistration withCertificate(String clientId, X509Certificate certificate) {
        return new AppRegistration(clientId, null, certificate, USUAL_ROLES, EVERY_MAILBOX, State.ACTIVE);
    }

    public AppRegistration withRoles(String... newRoles) {
        return new AppRegistration(clientId, secret, certificate, Set.of(newRoles), mailboxes, state);
    }

    public AppRegistration forMailboxes(String... addresses) {
        return new AppRegistration(clientId, secret, certificate, roles, Set.of(addresses), state);
    }

    public AppRegistration in(State newState) {
        return new AppRegistration(clientId, secret, certificate, roles, mailboxes, newState);
    }

    boolean mayUse(String mailbox) {
        return mailboxes.equals(EVERY_MAILBOX) || mailboxes.contains(lowerCase(mailbox));
    }

    @Override
    public String toString() {
        return "app " + clientId + (secret == null ? "" : " (secret ***)");
    }

    private static String lowerCase(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
