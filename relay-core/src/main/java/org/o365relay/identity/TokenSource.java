package org.o365relay.identity;

/// Provides access tokens for one server. Thread-safe.
public interface TokenSource {

    /// Returns a token that is valid for some minutes at least: the cached one, or a new one. Concurrent
    /// callers share one request.
    ///
    /// @throws TokenException if no token can be obtained
    AccessToken token() throws TokenException;

    /// Discards a token that the server refused.
    void invalidate(AccessToken refused);
}
