package org.o365relay.identity;

import java.time.Instant;
import java.util.Optional;

/// Asks for a token. Used by one thread at a time.
interface TokenFlow {

    /// @param anew whether a token from a file will not do
    /// @throws SignInException if there is none
    AccessToken fetch(boolean anew) throws SignInException;

    /// @return what ends one day and is needed for it; empty if nothing is known to
    /// @throws SignInException if it cannot be read
    default Optional<Expiry> expiry() throws SignInException {
        return Optional.empty();
    }

    /// @return whether it is time to use what would end if it were not used for long
    default boolean isKeepAliveDue(Instant now) {
        return false;
    }
}
