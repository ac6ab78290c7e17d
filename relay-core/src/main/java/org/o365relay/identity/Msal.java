package org.o365relay.identity;

import com.microsoft.aad.msal4j.AbstractClientApplicationBase;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import java.net.MalformedURLException;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.o365relay.mail.Secret;

/// Configures MSAL clients, with retries and instance discovery disabled. Each request uses a new client, so
/// that no cached state outlives a change of a secret or certificate.
final class Msal {

    /// Runs MSAL's asynchronous tasks, each on its own virtual thread.
    static final ExecutorService THREADS = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("sign-in").factory());

    private static final Set<String> ADDED_BY_MSAL = Set.of("openid", "profile", "offline_access");

    private Msal() {}

    static <T extends AbstractClientApplicationBase.Builder<T>> T configured(T builder, App app, SignInHttp http)
            throws SignInException {
        try {
            return builder.authority(authority(app))
                    .validateAuthority(false)
                    .instanceDiscovery(false)
                    .disableInternalRetries()
                    .httpClient(http)
                    .executorService(THREADS);
        } catch (MalformedURLException | IllegalArgumentException e) {
            throw SignInException.misconfigured(
                    "invalid_authority",
                    app.authority() + " with the tenant " + app.tenant() + " is not a sign-in service: "
                            + e.getMessage(),
                    e);
        }
    }

    static String authority(App app) {
        return app.authority().replaceFirst("/+$", "") + "/" + app.tenant() + "/";
    }

    /// @param scope scopes, separated by spaces
    static Set<String> scopes(String scope) {
        return Arrays.stream(scope.split(" ", -1))
                .filter(each -> !each.isEmpty() && !ADDED_BY_MSAL.contains(each))
                .collect(Collectors.toSet());
    }

    /// Blocks until the result is available.
    static IAuthenticationResult result(CompletableFuture<IAuthenticationResult> future, SignInHttp http)
            throws SignInException {
        try {
            IAuthenticationResult result = future.join();
            if (result.accessToken() == null || result.accessToken().isEmpty()) {
                throw SignInException.misconfigured(
                        "invalid_response", "the response from the sign-in service contains no access token", null);
            }
            return result;
        } catch (CompletionException e) {
            throw SignInException.of(http, e.getCause() == null ? e : e.getCause());
        }
    }

    static AccessToken token(IAuthenticationResult result) {
        return new AccessToken(
                new Secret(result.accessToken()), result.expiresOnDate().toInstant());
    }
}
