package org.o365relay.daemon.control;

import java.io.IOException;
import java.io.InputStream;

/// So many octets, and not one less: reading fails if they end before.
final class FixedLengthStream extends InputStream {

    private final InputStream in;
    private final String what;
    private long left;

    /// @param in closed with this
    /// @param what it is, for whoever reads the error
    FixedLengthStream(InputStream in, long size, String what) {
        this.in = in;
        this.left = size;
        this.what = what;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] octets, int from, int most) throws IOException {
        if (left == 0) {
            return -1;
        }
        int count = in.read(octets, from, (int) Math.min(most, left));
        if (count < 0) {
            throw new IOException(what + " is not whole: " + left + " octets are missing, see the relay's log");
        }
        left -= count;
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
