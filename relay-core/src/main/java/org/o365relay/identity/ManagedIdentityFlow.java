package org.o365relay.identity;

import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.o365relay.net.Https;

/// Gets tokens for the managed identity of the Azure machine that the relay runs on.
///
/// @param clientId client ID of a user-assigned identity; null for the system-assigned identity
/// @param direct HTTP client without a proxy, because the token endpoint is reachable only from this machine
record ManagedIdentityFlow(@Nullable String clientId, String scope, Https direct, InstantSource clock)
        implements TokenFlow {

    @Override
    public AccessToken fetch(boolean forceRefresh) throws SignInException {
        SignInHttp http = new SignInHttp(direct, clock);
        ManagedIdentityApplication client = ManagedIdentityApplication.builder(
                        clientId == null
                                ? ManagedIdentityId.systemAssigned()
                                : ManagedIdentityId.userAssignedClientId(clientId))
                .httpClient(http)
                .disableInternalRetries()
                .executorService(Msal.THREADS)
                .build();
        return Msal.token(Msal.result(request(client), http));
    }

    private CompletableFuture<IAuthenticationResult> request(ManagedIdentityApplication client) {
        String resource = scope.replaceFirst("/\\.default$", "");
        try {
            return client.acquireTokenForManagedIdentity(ManagedIdentityParameters.builder(resource)
                    .forceRefresh(true)
                    .build());
        } catch (Exception e) { // MSAL declares Exception
            return CompletableFuture.failedFuture(e);
        }
    }
}
