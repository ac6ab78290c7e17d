package org.o365relay.identity;

/// Where the access tokens for one server come from. Safe for any number of threads.
public interface TokenSource {

    /// A token that is good for some minutes at least. Comes from memory if it can; else it is fetched once for
    /// all who wait.
    ///
    /// @throws TokenException if there is none, with what the sign-in service said
    AccessToken token() throws TokenException;

    /// The server did not take this token: it is not handed out again.
    void invalidate(AccessToken refused);
}
