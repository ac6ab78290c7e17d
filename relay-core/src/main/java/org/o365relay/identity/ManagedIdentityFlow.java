package org.o365relay.identity;

import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.o365relay.net.Https;

/// Tokens from the Azure machine the relay runs on (managed identity).
///
/// @param clientId of a user-assigned identity; null for the system-assigned one
/// @param direct never through a proxy: the address means this machine
record ManagedIdentityFlow(@Nullable String clientId, String scope, Https direct) implements TokenFlow {

    @Override
    public AccessToken fetch(boolean anew) throws SignInException {
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
        } catch (Exception e) { // that is what it declares
            return CompletableFuture.failedFuture(e);
        }
    }
}
