package org.o365relay.identity;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.o365relay.mail.FileContents;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;
import org.o365relay.time.RepeatingTask;
import org.o365relay.time.SteadyClock;

/// Gets access tokens from Microsoft Entra for all credentials except passwords. Mailboxes with the same
/// credential share one token per scope, until the last of them closes its source of tokens.
public final class SignInService implements AutoCloseable {

    private static final Duration RENEWAL_INTERVAL = Duration.ofSeconds(30);

    private final Https https;
    private final Https direct;
    private final SteadyClock clock;
    private final int iterations;
    private final Set<SharedToken> inUse = ConcurrentHashMap.newKeySet();
    private final Map<Credential.DeviceCode, LoginFile> logins = new ConcurrentHashMap<>();
    private final RepeatingTask renewal =
            new RepeatingTask("token-renewal", RENEWAL_INTERVAL, RENEWAL_INTERVAL, this::renew);

    /// @param files contents of the files of the credential, because a token does not prove a changed secret
    private record TokenKey(Credential.OAuth credential, String scope, FileContents files) {}

    /// One use of a token.
    private final class SharedToken implements TokenSource {

        private final TokenKey key;
        private final CachedToken token;

        SharedToken(TokenKey key, CachedToken token) {
            this.key = key;
            this.token = token;
        }

        @Override
        public AccessToken token() throws TokenException {
            return token.token();
        }

        @Override
        public void invalidate(AccessToken refused) {
            token.invalidate(refused);
        }

        @Override
        public boolean endRetryAfter() {
            return token.endRetryAfter();
        }

        @Override
        public void close() {
            inUse.remove(this);
        }
    }

    /// @throws java.io.UncheckedIOException if the trusted certificates cannot be read
    /// @throws IllegalArgumentException if the file of trusted certificates contains no certificate
    public SignInService(HttpSettings settings, SteadyClock clock) {
        this(
                new Https(settings),
                new Https(new HttpSettings(null, null, settings.connectTimeout(), settings.requestTimeout())),
                clock,
                EncryptionKey.ITERATIONS);
    }

    /// @param direct HTTP client without a proxy, for endpoints that are reachable only from this machine
    /// @param iterations number of iterations when the key that encrypts a stored login is derived
    SignInService(Https https, Https direct, SteadyClock clock, int iterations) {
        this.https = https;
        this.direct = direct;
        this.clock = clock;
        this.iterations = iterations;
    }

    /// Starts renewing tokens before they expire, and keeping stored logins in use. Until this is called,
    /// tokens are fetched only when needed.
    public void start() {
        renewal.start();
    }

    void renew() {
        inUse.stream().map(each -> each.token).distinct().forEach(CachedToken::renew);
    }

    /// @param scope scopes of the tokens, separated by spaces, such as `https://outlook.office365.com/.default`
    /// @return a source of tokens, which the caller must close; this call sends no request
    public synchronized TokenSource tokens(Credential.OAuth credential, String scope) {
        TokenKey key = new TokenKey(withoutUsername(credential), scope, FileContents.of(credential.files()));
        CachedToken token = inUse.stream()
                .filter(each -> each.key.equals(key))
                .map(each -> each.token)
                .findAny()
                .orElseGet(() -> new CachedToken(flow(key.credential(), scope), clock));
        SharedToken use = new SharedToken(key, token);
        inUse.add(use);
        return use;
    }

    /// @return the expiry of the secret, certificate or stored login; empty if it is unknown or there is none
    /// @throws TokenException if the certificate cannot be read
    public Optional<Expiry> expiry(Credential.OAuth credential) throws TokenException {
        try {
            return flow(credential, "").expiry();
        } catch (SignInException e) {
            throw e.toTokenException();
        }
    }

    /// Lets a user sign in with a code, and stores the login. Blocks until the sign-in succeeds or fails, or
    /// the code expires, usually after 15 minutes.
    ///
    /// @param show called once, with the code and the page on which the user enters it
    /// @return the user who signed in
    /// @throws TokenException if the user did not sign in, or the login cannot be stored
    public String login(Credential.DeviceCode credential, String scope, Consumer<LoginPrompt> show)
            throws TokenException {
        try {
            return new DeviceCodeLogin(credential, scope, loginFile(credential), https, clock.calendar()).run(show);
        } catch (SignInException e) {
            throw e.toTokenException();
        }
    }

    private TokenFlow flow(Credential.OAuth credential, String scope) {
        InstantSource calendar = clock.calendar();
        return switch (credential) {
            case Credential.ClientSecret secret ->
                new ClientCredentialsFlow(secret.app(), scope, new AppCredential.Secret(secret), https, calendar);
            case Credential.ClientCertificate certificate ->
                new ClientCredentialsFlow(
                        certificate.app(),
                        scope,
                        new AppCredential.Certificate(certificate, calendar),
                        https,
                        calendar);
            case Credential.DeviceCode login -> new DeviceCodeFlow(login, scope, loginFile(login), https, calendar);
            case Credential.ManagedIdentity(var _, var clientId) ->
                new ManagedIdentityFlow(clientId, scope, direct, calendar);
        };
    }

    private LoginFile loginFile(Credential.DeviceCode credential) {
        Credential.DeviceCode key =
                new Credential.DeviceCode(credential.app(), "", credential.file(), credential.key());
        return logins.computeIfAbsent(key, login -> new LoginFile(login, iterations));
    }

    /// Tokens do not depend on the mailbox, so credentials that differ only in the mailbox share the same
    /// tokens.
    private static Credential.OAuth withoutUsername(Credential.OAuth credential) {
        return switch (credential) {
            case Credential.ClientSecret(var app, var _, var secret, var expires) ->
                new Credential.ClientSecret(app, "", secret, expires);
            case Credential.ClientCertificate(var app, var _, var certificate, var key, var password) ->
                new Credential.ClientCertificate(app, "", certificate, key, password);
            case Credential.DeviceCode(var app, var _, var file, var key) ->
                new Credential.DeviceCode(app, "", file, key);
            case Credential.ManagedIdentity(var _, var clientId) -> new Credential.ManagedIdentity("", clientId);
        };
    }

    /// Stops renewing tokens. Does not wait for a renewal in progress.
    @Override
    public void close() {
        renewal.stop(Duration.ZERO);
    }
}
