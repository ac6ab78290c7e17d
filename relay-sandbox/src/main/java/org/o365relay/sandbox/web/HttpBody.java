package org.o365relay.sandbox.web;

import java.nio.charset.StandardCharsets;

/// A request or response body. The octets are not copied; callers must not change the array.
public final class HttpBody {

    static final HttpBody NONE = new HttpBody(new byte[0]);

    /// Represents a body that was discarded because it was too large.
    static final HttpBody TOO_LARGE = new HttpBody(new byte[0]);

    private final byte[] array;

    public HttpBody(byte[] array) {
        this.array = array;
    }

    /// @return the array itself, not a copy
    public byte[] array() {
        return array;
    }

    public int length() {
        return array.length;
    }

    /// @return the octets decoded as UTF-8
    public String text() {
        return new String(array, StandardCharsets.UTF_8);
    }
}
