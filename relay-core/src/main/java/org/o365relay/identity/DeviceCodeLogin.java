package org.o365relay.identity;

import com.microsoft.aad.msal4j.DeviceCode;
import com.microsoft.aad.msal4j.DeviceCodeFlowParameters;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.PublicClientApplication;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.o365relay.net.Https;

/// Signs a user in with a code (RFC 8628) and stores the login.
record DeviceCodeLogin(
        Credential.DeviceCode credential, String scope, LoginFile file, Https https, InstantSource clock) {

    /// Blocks until the sign-in succeeds or fails, or the code expires.
    ///
    /// @param show receives the code to show to the user
    /// @return the user who signed in
    /// @throws SignInException if the user does not sign in, or the login cannot be stored
    String run(Consumer<LoginPrompt> show) throws SignInException {
        file.requireOwnFormat();
        SignInHttp http = new SignInHttp(https, clock);
        App app = credential.app();
        PublicClientApplication client = Msal.configured(PublicClientApplication.builder(app.clientId()), app, http)
                .build();
        Consumer<DeviceCode> shown = code -> show.accept(
                new LoginPrompt(code.userCode(), code.verificationUri(), Duration.ofSeconds(code.expiresIn())));
        IAuthenticationResult result = Msal.result(
                client.acquireToken(DeviceCodeFlowParameters.builder(Msal.scopes(scope), shown)
                        .build()),
                http);
        if (result.account() == null) {
            throw SignInException.misconfigured(
                    SignInException.NO_LOGIN,
                    "the response from the sign-in service contains no user name, so the login cannot be stored",
                    null);
        }
        String user = result.account().username();
        file.store(new StoredLogin(
                app.clientId(),
                app.tenant(),
                user,
                clock.instant(),
                client.tokenCache().serialize()));
        return user;
    }
}
