package org.o365relay.admit;

/// Policy for the clients of a trusted network.
///
/// @param name name of the device or network in reports; may be empty
/// @param oldTls whether TLS 1.0 and 1.1 and their ciphers are allowed
/// @param messageSize largest message in octets
public record ClientPolicy(
        String name, Tolerance tolerance, AuthPolicy auth, boolean oldTls, long messageSize, DeviceLimits limits) {}
