package org.o365relay.identity;

/// Provides access tokens for one server. Thread-safe.
public interface TokenSource {

    /// Returns the cached token, or fetches a new one if the cached token expires soon. Concurrent callers
    /// share one request.
    ///
    /// @throws TokenException if no token can be obtained
    AccessToken token() throws TokenException;

    /// Discards a token that the server refused, so that the next call to [#token] fetches a new one.
    void invalidate(AccessToken refused);
}
