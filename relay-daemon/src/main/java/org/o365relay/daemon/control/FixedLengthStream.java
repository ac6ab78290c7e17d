package org.o365relay.daemon.control;

import java.io.IOException;
import java.io.InputStream;

/// Reads a given number of bytes; fails if the underlying stream ends early.
final class FixedLengthStream extends InputStream {

    private final InputStream in;
    private final String what;
    private long remaining;

    /// @param in stream to read from; closing this stream closes it, too
    /// @param what description of the content for error messages
    FixedLengthStream(InputStream in, long size, String what) {
        this.in = in;
        this.remaining = size;
        this.what = what;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] octets, int offset, int length) throws IOException {
        if (remaining == 0) {
            return -1;
        }
        int count = in.read(octets, offset, (int) Math.min(length, remaining));
        if (count < 0) {
            throw new IOException(what + " is incomplete: " + remaining + " bytes are missing; see the relay's log");
        }
        remaining -= count;
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
