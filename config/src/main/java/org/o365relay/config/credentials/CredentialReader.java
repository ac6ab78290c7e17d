package org.o365relay.config.credentials;

import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.values.Entra;
import org.o365relay.config.values.FileContent;
import org.o365relay.config.values.TextValues;
import org.o365relay.exchange.Cloud;
import org.o365relay.identity.App;
import org.o365relay.identity.Credential;
import org.o365relay.mail.AsciiCase;
import org.o365relay.mail.Secret;
import org.o365relay.net.CertifiedKey;
import org.o365relay.net.UnusableKeyException;

/// Reads the section `credential` of a mailbox or of one of its upstreams. Reported problems never contain a
/// secret.
///
/// @param data the data directory
/// @param now current time, for checking expiry dates
public record CredentialReader(Section credential, SecretFiles files, Cloud cloud, Path data, Instant now) {

    public static final String KEY = "credential";
    public static final String TYPE = "type";

    static final String TENANT = "tenant";
    static final String CLIENT_ID = "client-id";
    static final String AUTHORITY = "authority";
    static final String CLIENT_SECRET = "client-secret";
    static final String SECRET_EXPIRES = "client-secret-expires";
    static final String CERTIFICATE = "certificate";
    static final String CERTIFICATE_KEY = "certificate-key";
    static final String TOKEN_FILE = "token-file";
    private static final String USERNAME = "username";
    private static final String APP = "Microsoft Entra admin center > App registrations > (the app)";
    private static final String SECRETS = APP + " > Certificates & secrets";

    /// The parsed values of all keys except `type` and `username`, including keys that the type does not use.
    private record Values(
            Optional<Secret> password,
            Optional<String> tenant,
            Optional<String> clientId,
            Optional<URI> authority,
            Optional<Secret> clientSecret,
            Optional<LocalDate> expires,
            Optional<Path> certificate,
            Optional<Path> certificateKey,
            Optional<Secret> certificatePassword,
            Optional<Path> tokenFile,
            Optional<Secret> tokenKey) {}

    /// @param address the mailbox's address, which is the default user name; empty if invalid
    /// @return the credential; empty if a value is invalid or missing
    public Optional<Credential> read(Optional<String> address) {
        Values values = values();
        Optional<String> username =
                credential.optional(USERNAME, TextValues.ANY).or(() -> address);
        Optional<CredentialType> type = type();
        type.ifPresent(this::reportUnused);
        return type.flatMap(chosen -> read(chosen, values, username));
    }

    /// @return whether any key is set; always false for `type = none`
    public boolean isSet() {
        boolean noSignIn = isSet(TYPE) && configuredType().equals(Optional.of(CredentialType.NONE));
        return !noSignIn
                && (isSet(TYPE)
                        || isSet(USERNAME)
                        || CredentialType.allKeys().stream().anyMatch(this::isSet));
    }

    private Optional<CredentialType> configuredType() {
        return credential.optional(TYPE, TextValues.oneOf(CredentialType.class));
    }

    /// Returns the type of the credential, which is a password by default. `type` must be set to use the keys
    /// of other types.
    private Optional<CredentialType> type() {
        if (isSet(TYPE)) {
            return configuredType();
        }
        List<String> other = CredentialType.allKeys().stream()
                .filter(key -> !CredentialType.PASSWORD.keys().contains(key))
                .filter(this::isSet)
                .toList();
        if (other.isEmpty()) {
            return Optional.of(CredentialType.PASSWORD);
        }
        credential.reportProblem(TYPE, "is missing; " + remedy(other));
        return Optional.empty();
    }

    private static String remedy(List<String> keys) {
        return keys.stream()
                .flatMap(key -> CredentialType.of(key).stream()
                        .map(type -> "for %s, use type = %s".formatted(key, TextValues.name(type))))
                .findFirst()
                .orElse("use client-secret, certificate, device-code or managed-identity");
    }

    /// Reports keys that this type does not use. Keys in `mailbox-defaults` are not reported, because other
    /// mailboxes may use them.
    private void reportUnused(CredentialType type) {
        Stream.concat(Stream.of(USERNAME), CredentialType.allKeys().stream())
                .filter(key -> !type.keys().contains(key) && (type == CredentialType.NONE || !key.equals(USERNAME)))
                .filter(key -> credential
                        .configured(key)
                        .filter(setting -> setting.path().equals(credential.path() + "." + key))
                        .isPresent())
                .forEach(key -> credential.reportWarning(
                        key, "is not used with type = %s; remove it".formatted(TextValues.name(type))));
    }

    private boolean isSet(String key) {
        return credential.configured(key).isPresent();
    }

    private Values values() {
        return new Values(
                secret("password").read(),
                credential.optional(TENANT, Entra.TENANT),
                credential.optional(CLIENT_ID, Entra.CLIENT_ID),
                credential.optional(AUTHORITY, Entra.ORIGIN),
                secret(CLIENT_SECRET).read(),
                credential.optional(SECRET_EXPIRES, Entra.DATE),
                credential.optional(CERTIFICATE, files.readable()),
                credential.optional(CERTIFICATE_KEY, files.readable()),
                secret("certificate-password").read(),
                credential.optional(TOKEN_FILE, FileContent.path(files.directory())),
                secret("token-key").read());
    }

    private SecretReader secret(String key) {
        return new SecretReader(credential, key, files);
    }

    private Optional<Credential> read(CredentialType type, Values values, Optional<String> username) {
        return switch (type) {
            case NONE -> Optional.of(new Credential.None());
            case PASSWORD ->
                required("password", values.password())
                        .flatMap(secret -> username.map(name -> new Credential.Password(name, secret)));
            case MANAGED_IDENTITY ->
                validUsername(username)
                        .map(name -> new Credential.ManagedIdentity(
                                name, values.clientId().orElse(null)));
            case CLIENT_SECRET -> clientSecret(values, username);
            case CERTIFICATE -> clientCertificate(values, username);
            case DEVICE_CODE ->
                withApp(
                        values,
                        username,
                        required("token-key", values.tokenKey()),
                        (app, name, key) -> new Credential.DeviceCode(
                                app, name, values.tokenFile().orElseGet(() -> tokenFile(name)), key));
        };
    }

    private Optional<Credential> clientSecret(Values values, Optional<String> username) {
        Optional<Secret> secret = required(CLIENT_SECRET, values.clientSecret());
        secret.ifPresent(this::reportSecretId);
        values.expires().ifPresent(this::reportExpiry);
        return withApp(
                values,
                username,
                secret,
                (app, name, value) -> new Credential.ClientSecret(
                        app, name, value, values.expires().orElse(null)));
    }

    private Optional<Credential> clientCertificate(Values values, Optional<String> username) {
        reportMissing(CERTIFICATE, "set the PEM or PFX file with the app's certificate and key");
        values.certificate().filter(_ -> files.areRead()).ifPresent(file -> reportCertificate(file, values));
        return withApp(
                values,
                username,
                values.certificate(),
                (app, name, file) -> new Credential.ClientCertificate(
                        app,
                        name,
                        file,
                        values.certificateKey().orElse(null),
                        values.certificatePassword().orElse(null)));
    }

    /// Creates a credential that uses an app registration.
    private interface AppCredentialFactory<T> {
        Credential create(App app, String username, T secretOrFile);
    }

    private <T> Optional<Credential> withApp(
            Values values, Optional<String> username, Optional<T> secretOrFile, AppCredentialFactory<T> factory) {
        reportMissing(TENANT, "set the directory (tenant) ID: " + APP + " > Overview");
        reportMissing(CLIENT_ID, "set the application (client) ID: " + APP + " > Overview");
        values.clientId()
                .filter(Entra::isPlaceholder)
                .ifPresent(id -> credential.reportWarning(CLIENT_ID, "is a placeholder; use the ID of your app"));
        String authority = values.authority().map(URI::toString).orElse(cloud.authority());
        Optional<String> user = validUsername(username);
        return values.tenant()
                .flatMap(tenant -> values.clientId().map(id -> new App(authority, tenant, id)))
                .flatMap(app -> user.flatMap(name -> secretOrFile.map(found -> factory.create(app, name, found))));
    }

    private Optional<Secret> required(String key, Optional<Secret> secret) {
        SecretReader reader = secret(key);
        if (!reader.isSet()) {
            reader.reportMissing();
        }
        return files.areRead() ? secret : Optional.of(SecretFiles.UNREAD);
    }

    private void reportMissing(String key, String remedy) {
        if (!isSet(key)) {
            credential.reportProblem(key, "is missing; " + remedy);
        }
    }

    /// Checks that the user name is an email address or an object ID, which sign-in with a token requires.
    private Optional<String> validUsername(Optional<String> username) {
        Optional<String> invalid = username.filter(name -> name.indexOf('@') < 1 && !Entra.isGuid(name));
        invalid.ifPresent(name -> credential.reportProblem(
                USERNAME,
                TextValues.quoted(name)
                        + " is not a mailbox; use the user principal name, for example relay@contoso.example"));
        return invalid.isPresent() ? Optional.empty() : username;
    }

    private void reportSecretId(Secret secret) {
        if (Entra.isGuid(secret.reveal())) {
            credential.reportWarning(
                    isSet(CLIENT_SECRET) ? CLIENT_SECRET : "client-secret-file",
                    "looks like the Secret ID, not the secret: copy the column Value (" + APP
                            + " > Certificates & secrets). It is shown only once; if it is no longer shown, create a"
                            + " new secret");
        }
    }

    private void reportExpiry(LocalDate day) {
        Instant end = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        new ExpiryWarnings(credential, now)
                .report(SECRET_EXPIRES, "the secret", day, end, "create a new one (" + SECRETS + ")");
    }

    private void reportCertificate(Path file, Values values) {
        try {
            CertifiedKey read = CertifiedKey.read(
                    file,
                    values.certificateKey().orElse(null),
                    values.certificatePassword().orElse(null));
            // RFC 7518 §3.5: PS256, which Microsoft Entra requires, uses an RSA key
            if (read.key() instanceof RSAKey) {
                reportExpiry(file, read.certificate());
            } else {
                credential.reportProblem(CERTIFICATE, "the key is not an RSA key, which Microsoft Entra requires");
            }
        } catch (UnusableKeyException e) {
            credential.reportProblem(CERTIFICATE, String.valueOf(e.getMessage()));
        }
        Stream.of(Optional.of(file), values.certificateKey())
                .flatMap(Optional::stream)
                .filter(files::isExposed)
                .filter(holder -> values.certificateKey().isEmpty() || !holder.equals(file))
                .forEach(holder -> credential.reportWarning(
                        values.certificateKey().isPresent() ? CERTIFICATE_KEY : CERTIFICATE,
                        "%s can be read by other users; run: chmod 600 %s".formatted(holder, holder)));
    }

    private void reportExpiry(Path file, X509Certificate certificate) {
        Instant end = certificate.getNotAfter().toInstant();
        String remedy = "upload a new one (" + SECRETS + ") and replace the file";
        new ExpiryWarnings(credential, now).report(CERTIFICATE, "the certificate in " + file, end, end, remedy);
    }

    // RFC 5321 §4.1.2: a local part may contain a slash, which is not allowed in a file name
    private Path tokenFile(String username) {
        return data.resolve("token-" + AsciiCase.lower(username).replaceAll("[^a-z0-9@._-]", "_"));
    }
}
