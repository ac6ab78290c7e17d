package org.o365relay.admit;

/// Policy for the clients of a trusted network.
///
/// @param name name of the device or network in reports; may be empty
/// @param oldTls whether TLS 1.0 and 1.1, ciphers without forward secrecy or with 3DES, and signatures with
///     SHA-1 are allowed
/// @param messageSize maximum message size in octets
public record ClientPolicy(
        String name, Tolerance tolerance, AuthPolicy auth, boolean oldTls, long messageSize, DeviceLimits limits) {}
