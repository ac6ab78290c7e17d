package org.o365relay.identity;

import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.o365relay.net.Https;

/// Gets tokens from the Azure machine that the relay runs on (managed identity).
///
/// @param clientId of a user-assigned identity; null for the system-assigned one
/// @param direct client without a proxy, because the endpoint is on this machine
record ManagedIdentityFlow(@Nullable String clientId, String scope, Https direct) implements TokenFlow {

    @Override
    public AccessToken fetch(boolean forceRefresh) throws SignInException {
        SignInHttp http = new SignInHttp(direct);
        ManagedIdentityApplication machine = ManagedIdentityApplication.builder(
                        clientId == null
                                ? ManagedIdentityId.systemAssigned()
                                : ManagedIdentityId.userAssignedClientId(clientId))
                .httpClient(http)
                .disableInternalRetries()
                .executorService(Msal.THREADS)
                .build();
        return Msal.token(Msal.result(request(machine), http));
    }

    private CompletableFuture<IAuthenticationResult> request(ManagedIdentityApplication machine) {
        String resource = scope.replaceFirst("/\\.default$", "");
        try {
            return machine.acquireTokenForManagedIdentity(ManagedIdentityParameters.builder(resource)
                    .forceRefresh(true)
                    .build());
        } catch (Exception e) { // declared by MSAL
            return CompletableFuture.failedFuture(e);
        }
    }
}
