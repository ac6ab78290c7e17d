package org.o365relay.identity;

import com.microsoft.aad.msal4j.IAccount;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.PublicClientApplication;
import com.microsoft.aad.msal4j.SilentParameters;
import java.net.MalformedURLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.o365relay.net.Https;
import org.o365relay.time.BuildTime;

/// Gets tokens for a user who has signed in once with a code (RFC 8628). The stored refresh token is replaced
/// each time it is used.
record DeviceCodeFlow(Credential.DeviceCode credential, String scope, LoginFile file, Https https, InstantSource clock)
        implements TokenFlow {

    private static final Duration KEEP_ALIVE_INTERVAL = Duration.ofDays(7);

    @Override
    public AccessToken fetch(boolean forceRefresh) throws SignInException {
        synchronized (file) {
            StoredLogin saved = file.read();
            SignInHttp http = new SignInHttp(https, clock);
            PublicClientApplication client = Msal.configured(
                            PublicClientApplication.builder(credential.app().clientId()), credential.app(), http)
                    .build();
            client.tokenCache().deserialize(saved.cache());
            IAuthenticationResult result = Msal.result(request(client, forceRefresh), http);
            if (result.metadata().tokenSource() == com.microsoft.aad.msal4j.TokenSource.IDENTITY_PROVIDER) {
                file.update(saved.renewed(clock.instant(), client.tokenCache().serialize()));
            }
            return Msal.token(result);
        }
    }

    private CompletableFuture<IAuthenticationResult> request(PublicClientApplication client, boolean forceRefresh)
            throws SignInException {
        Set<IAccount> accounts = client.getAccounts().join();
        IAccount account = accounts.stream()
                .findFirst()
                .orElseThrow(() -> SignInException.misconfigured(
                        SignInException.NO_LOGIN,
                        "there is no account in " + credential.file() + "; run o365-relay login again",
                        null));
        try {
            return client.acquireTokenSilently(SilentParameters.builder(Msal.scopes(scope), account)
                    .authorityUrl(Msal.authority(credential.app())) // otherwise MSAL drops the port
                    .forceRefresh(forceRefresh)
                    .build());
        } catch (MalformedURLException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public Optional<Expiry> expiry() {
        return file.usedAt()
                .filter(BuildTime::isPlausible) // otherwise the clock was wrong when it was used
                .map(used -> new Expiry(
                        Expiry.Kind.DEVICE_LOGIN, credential.file().toString(), used.plus(LoginFile.MAX_IDLE)));
    }

    @Override
    public boolean isKeepAliveDue(Instant now) {
        return file.usedAt()
                .filter(used -> !now.isBefore(used.plus(KEEP_ALIVE_INTERVAL))
                        || used.isAfter(now.plus(KEEP_ALIVE_INTERVAL))) // the clock was ahead when it was used
                .isPresent();
    }
}
