package org.o365relay.identity;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Secret;

/// How a mailbox signs in.
public sealed interface Credential {

    /// @return the user name, usually the address of the mailbox; empty if there is no sign-in
    String username();

    /// @return the files that contain secrets, keys and certificates. The file of a stored login is not among
    ///     them, because the relay itself writes it
    default Stream<Path> files() {
        return switch (this) {
            case None _, ManagedIdentity _ -> Stream.empty();
            case Password(var _, Secret password) -> password.file().stream();
            case ClientSecret(var _, var _, Secret secret, var _) -> secret.file().stream();
            case ClientCertificate(var _, var _, Path certificate, Path key, Secret password) ->
                Stream.of(
                                Stream.of(certificate),
                                Stream.ofNullable(key),
                                Optional.ofNullable(password).flatMap(Secret::file).stream())
                        .flatMap(paths -> paths);
            case DeviceCode(var _, var _, var _, Secret key) -> key.file().stream();
        };
    }

    /// No sign-in; for connectors and smarthosts that recognize the relay by its IP address or TLS client
    /// certificate.
    record None() implements Credential {
        @Override
        public String username() {
            return "";
        }
    }

    /// A user name and password (SMTP AUTH LOGIN or PLAIN, RFC 4954).
    ///
    /// @param username usually the mailbox's address
    record Password(String username, Secret password) implements Credential {}

    /// Sign-in with an access token from Microsoft Entra.
    sealed interface OAuth extends Credential {}

    /// An app with a client secret (client credentials flow).
    ///
    /// @param username address of the mailbox that the relay signs in to
    /// @param expires expiry date of the secret as configured; null if not configured
    record ClientSecret(
            App app,
            String username,
            Secret secret,
            @Nullable LocalDate expires) implements OAuth {}

    /// An app with a certificate (client credentials flow, PS256).
    ///
    /// @param username address of the mailbox that the relay signs in to
    /// @param certificate PEM file that contains the certificate and possibly the key, or a PFX file
    /// @param key PEM file with the key; null if the key is in the certificate's file
    /// @param password password of the PFX file or of the encrypted key; null if there is none
    record ClientCertificate(
            App app,
            String username,
            Path certificate,
            @Nullable Path key,
            @Nullable Secret password) implements OAuth {}

    /// A user who has signed in once with a code (device authorization flow, RFC 8628); the refresh token is
    /// kept in a file.
    ///
    /// @param username address of the mailbox that the relay signs in to
    /// @param file file that contains the encrypted refresh token
    /// @param key key or password from which the encryption key of the file is derived
    record DeviceCode(App app, String username, Path file, Secret key) implements OAuth {}

    /// The managed identity of the Azure virtual machine or service that the relay runs on.
    ///
    /// @param username address of the mailbox that the relay signs in to
    /// @param clientId client ID of a user-assigned identity; null for the system-assigned identity
    record ManagedIdentity(String username, @Nullable String clientId) implements OAuth {}
}
