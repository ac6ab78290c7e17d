package org.o365relay.identity;

/// Provides access tokens for one server. Thread-safe.
public interface TokenSource extends AutoCloseable {

    /// Returns the cached token, or fetches a new one if there is none or it expires soon. Concurrent callers
    /// share one request.
    ///
    /// @throws TokenException if no token can be obtained
    AccessToken token() throws TokenException;

    /// Discards a token that the server refused, so that [#token] requests a new one. Does nothing if the
    /// cached token is another one.
    void invalidate(AccessToken refused);

    /// Cancels a wait after a failed request, so that the next call of [#token] may send a request.
    ///
    /// @return whether the sign-in service had asked for the wait (Retry-After), and no token could be provided
    ///     during it
    default boolean endRetryAfter() {
        return false;
    }

    /// Ends the renewal of the token, unless another source shares it. Later calls of [#token] still return a
    /// token, which is fetched when it is needed.
    @Override
    default void close() {}
}
