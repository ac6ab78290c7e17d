package org.o365relay.rewrite;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// A message in memory.
final class StoredText implements StoredContent {

    private final byte[] octets;

    StoredText(byte[] octets) {
        this.octets = octets;
    }

    static StoredText of(String text) {
        return new StoredText(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    byte[] octets() {
        return octets;
    }

    @Override
    public long size() {
        return octets.length;
    }

    @Override
    public InputStream read(long from, long to) {
        return new ByteArrayInputStream(octets, (int) from, (int) (to - from));
    }
}
