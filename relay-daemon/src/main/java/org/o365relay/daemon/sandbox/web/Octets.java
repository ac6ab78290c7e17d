package org.o365relay.daemon.sandbox.web;

import java.nio.charset.StandardCharsets;

/// A body. Not copied: whoever makes one does not change it afterwards.
public final class Octets {

    static final Octets NONE = new Octets(new byte[0]);

    private final byte[] array;

    public Octets(byte[] array) {
        this.array = array;
    }

    /// @return not a copy
    public byte[] array() {
        return array;
    }

    public int length() {
        return array.length;
    }

    /// @return as UTF-8
    public String text() {
        return new String(array, StandardCharsets.UTF_8);
    }
}
