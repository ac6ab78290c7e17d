package org.o365relay.identity;

import com.microsoft.aad.msal4j.AssertionRequestOptions;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.IClientCredential;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import org.o365relay.net.CertifiedKey;
import org.o365relay.net.UnusableKeyException;

/// The credential of an app registration: a secret or a certificate. If the credential is in a file, each token
/// request uses the current content of the file, so that a renewed credential is used without a restart.
sealed interface AppCredential {

    IClientCredential credential() throws SignInException;

    Optional<Expiry> expiry() throws SignInException;

    /// A client secret.
    record Secret(Credential.ClientSecret settings) implements AppCredential {

        @Override
        public IClientCredential credential() throws SignInException {
            String secret = settings.secret().reveal();
            if (secret.isBlank()) {
                throw SignInException.misconfigured(
                        "invalid_client",
                        "the client secret of app " + settings.app().clientId() + " is empty",
                        null);
            }
            return ClientCredentialFactory.createFromSecret(secret);
        }

        @Override
        public Optional<Expiry> expiry() {
            return Optional.ofNullable(settings.expires())
                    .map(day -> new Expiry(
                            Expiry.Kind.CLIENT_SECRET,
                            "app " + settings.app().clientId(),
                            day.atStartOfDay(ZoneOffset.UTC).toInstant()));
        }
    }

    /// A certificate. Its key signs the client assertions.
    record Certificate(Credential.ClientCertificate settings, InstantSource clock) implements AppCredential {

        @Override
        public IClientCredential credential() throws SignInException {
            CertifiedKey key = key();
            if (!key.key().getAlgorithm().equals("RSA")) {
                throw SignInException.misconfigured(
                        SignInException.UNUSABLE_KEY,
                        "the key of the certificate in " + settings.certificate()
                                + " is not RSA; Microsoft Entra accepts only RSA",
                        null);
            }
            return ClientCredentialFactory.createFromCallback(
                    (AssertionRequestOptions options) -> assertion(key, options));
        }

        private String assertion(CertifiedKey key, AssertionRequestOptions options) {
            try {
                return ClientAssertion.sign(key, options.clientId(), options.tokenEndpoint(), clock.instant());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(
                        "the key of " + settings.certificate() + " cannot sign: " + e.getMessage(), e);
            }
        }

        private CertifiedKey key() throws SignInException {
            try {
                return CertifiedKey.read(settings.certificate(), settings.key(), settings.password());
            } catch (UnusableKeyException e) {
                throw SignInException.misconfigured(SignInException.UNUSABLE_KEY, String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public Optional<Expiry> expiry() throws SignInException {
            return Optional.of(new Expiry(
                    Expiry.Kind.CERTIFICATE,
                    settings.certificate().toString(),
                    key().certificate().getNotAfter().toInstant()));
        }
    }
}
