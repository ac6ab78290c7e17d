package org.o365relay.net;

/// Maximum size of a response body. The body of a response whose status is not 2xx is truncated, to 64 KiB or the
/// limit, whichever is less, because its beginning explains the failure.
///
/// @param octets maximum size in octets, at least 0
/// @param truncates whether a larger body is truncated; otherwise, the request fails
public record BodyLimit(int octets, boolean truncates) {

    private static final BodyLimit FAILURE = truncatedTo(64 * 1024);

    /// A larger body makes the request fail.
    public static BodyLimit atMost(int octets) {
        return new BodyLimit(octets, false);
    }

    /// A larger body is truncated; the rest is not received.
    public static BodyLimit truncatedTo(int octets) {
        return new BodyLimit(octets, true);
    }

    /// @return the limit for a response with this status
    BodyLimit forStatus(int status) {
        return status / 100 == 2 || octets < FAILURE.octets ? this : FAILURE;
    }

    @Override
    public String toString() {
        return octets % (1024 * 1024) == 0 ? octets / (1024 * 1024) + " MiB" : octets / 1024 + " KiB";
    }
}
