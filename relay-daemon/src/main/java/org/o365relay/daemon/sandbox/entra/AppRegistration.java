package org.o365relay.daemon.sandbox.entra;

import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An app of the directory, with what was granted to it.
///
/// @param clientId compared without regard to case
/// @param secret null if it has none
/// @param certificate its assertions are verified against; null if it has none
/// @param roles application permissions with consent, such as `SMTP.SendAsApp` and `Mail.Send`
/// @param mailboxes addresses it may use without a user, in lower case; [#EVERY_MAILBOX] for all
public record AppRegistration(
        String clientId,
        @Nullable String secret,
        @Nullable X509Certificate certificate,
        Set<String> roles,
        Set<String> mailboxes,
        State state) {

    /// Without a mailbox permission or an access policy that would say otherwise.
    public static final Set<String> EVERY_MAILBOX = Set.of("*");

    /// What a relay needs for both roads.
    public static final Set<String> USUAL_ROLES = Set.of("SMTP.SendAsApp", "Mail.Send", "Mail.ReadWrite");

    /// Whether it gets tokens.
    public enum State {
        ACTIVE,
        /// AADSTS7000222 for the right secret.
        SECRET_EXPIRED,
        /// AADSTS7000112 for everything.
        DISABLED
    }

    public AppRegistration {
        roles = Set.copyOf(roles);
        mailboxes = mailboxes.stream().map(AppRegistration::folded).collect(Collectors.toUnmodifiableSet());
    }

    /// An app with the [#USUAL_ROLES] on every mailbox.
    public static AppRegistration withSecret(String clientId, String secret) {
        return new AppRegistration(clientId, secret, null, USUAL_ROLES, EVERY_MAILBOX, State.ACTIVE);
    }

    /// An app with the [#USUAL_ROLES] on every mailbox.
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
        return mailboxes.equals(EVERY_MAILBOX) || mailboxes.contains(folded(mailbox));
    }

    @Override
    public String toString() {
        return "app " + clientId + (secret == null ? "" : " (secret ***)");
    }

    private static String folded(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
