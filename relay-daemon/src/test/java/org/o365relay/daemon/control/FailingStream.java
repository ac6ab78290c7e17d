package org.o365relay.daemon.control;

import java.io.IOException;
import java.io.InputStream;

/// Some octets, and then a failure.
final class FailingStream extends InputStream {

    private final Exception failure;
    private int left;

    /// @param failure an [IOException] or a [RuntimeException]
    FailingStream(int octets, Exception failure) {
        this.left = octets;
        this.failure = failure;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        read(one, 0, 1);
        return one[0];
    }

    @Override
    public int read(byte[] octets, int from, int most) throws IOException {
        if (left == 0) {
            switch (failure) {
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Exception other -> throw new IllegalArgumentException(other);
            }
        }
        int count = Math.min(left, most);
        left -= count;
        return count;
    }
}
