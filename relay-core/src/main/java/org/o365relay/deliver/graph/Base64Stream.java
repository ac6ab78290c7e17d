package org.o365relay.deliver.graph;

import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;

/// Encodes a stream as base64 (RFC 4648 §4), without line breaks.
final class Base64Stream extends InputStream {

    private static final int GROUPS_PER_READ = 4 * 1024;

    private final InputStream in;
    private byte[] encoded = new byte[0];
    private int position;

    Base64Stream(InputStream in) {
        this.in = in;
    }

    /// @return length of the base64 encoding of this number of octets
    static long length(long octets) {
        return (octets + 2) / 3 * 4;
    }

    @Override
    public int read() throws IOException {
        return fill() ? encoded[position++] : -1;
    }

    @Override
    public int read(byte[] characters, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, encoded.length - position);
        System.arraycopy(encoded, position, characters, offset, count);
        position += count;
        return count;
    }

    private boolean fill() throws IOException {
        if (position == encoded.length) {
            encoded = Base64.getEncoder().encode(in.readNBytes(3 * GROUPS_PER_READ));
            position = 0;
        }
        return encoded.length > 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
