package org.o365relay.identity;

import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import java.time.InstantSource;
import java.util.Optional;
import org.o365relay.net.Https;

/// Gets tokens for an app (client credentials flow, RFC 6749 §4.4).
record ClientCredentialsFlow(App app, String scope, AppCredential credential, Https https, InstantSource clock)
        implements TokenFlow {

    @Override
    public AccessToken fetch(boolean forceRefresh) throws SignInException {
        SignInHttp http = new SignInHttp(https, clock);
        ConfidentialClientApplication client = Msal.configured(
                        ConfidentialClientApplication.builder(app.clientId(), credential.credential()), app, http)
                .build();
        ClientCredentialParameters parameters = ClientCredentialParameters.builder(Msal.scopes(scope))
                .skipCache(true)
                .build();
        return Msal.token(Msal.result(client.acquireToken(parameters), http));
    }

    @Override
    public Optional<Expiry> expiry() throws SignInException {
        return credential.expiry();
    }
}
