package org.o365relay.identity;

import java.time.Instant;
import java.util.Optional;

/// Requests tokens. Only one thread at a time calls [#fetch].
interface TokenFlow {

    /// @param forceRefresh whether to request a new token even if a stored one is still valid
    /// @throws SignInException if no token is issued
    AccessToken fetch(boolean forceRefresh) throws SignInException;

    /// @return the expiry of the secret, certificate or stored login; empty if it is unknown or there is none
    /// @throws SignInException if the certificate cannot be read
    default Optional<Expiry> expiry() throws SignInException {
        return Optional.empty();
    }

    /// @return whether the stored login should be used now so that it does not expire
    default boolean isKeepAliveDue(Instant now) {
        return false;
    }
}
