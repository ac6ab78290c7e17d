package org.o365relay.identity;

import java.time.Instant;
import java.util.Optional;

/// Requests a token. Used by one thread at a time.
interface TokenFlow {

    /// @param forceRefresh whether to request a new token even if a stored one is still valid
    /// @throws SignInException if no token is issued
    AccessToken fetch(boolean forceRefresh) throws SignInException;

    /// @return the earliest expiry of anything this flow needs; empty if unknown
    /// @throws SignInException if it cannot be read
    default Optional<Expiry> expiry() throws SignInException {
        return Optional.empty();
    }

    /// @return whether a login that expires when idle should be used now
    default boolean isKeepAliveDue(Instant now) {
        return false;
    }
}
