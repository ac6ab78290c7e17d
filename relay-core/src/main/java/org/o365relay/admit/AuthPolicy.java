package org.o365relay.admit;

/// Authentication policy of a network (RFC 4954).
public enum AuthPolicy {
    /// AUTH is not offered.
    NONE,
    /// AUTH accepts any user name and password; for devices that cannot send without a login.
    ACCEPT_ANY,
    /// Clients must log in as a user listed in the users file.
    REQUIRED
}
