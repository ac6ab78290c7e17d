package org.o365relay.admit;

/// What the clients of a trusted network may do, and how much.
///
/// @param name what the device or network is called in reports; may be empty
/// @param oldTls whether TLS 1.0 and 1.1 and their ciphers will do
/// @param messageSize largest message in octets
public record ClientPolicy(
        String name, Tolerance tolerance, AuthPolicy auth, boolean oldTls, long messageSize, DeviceLimits limits) {}
