package org.o365relay.admit;

/// Whether clients log in (RFC 4954).
public enum AuthPolicy {
    /// AUTH is not offered.
    NONE,
    /// AUTH is offered, and whatever is given is right: for devices that insist on a login.
    ACCEPT_ANY,
    /// Nobody sends without a name and password that the relay knows.
    REQUIRED
}
