package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.io.OutputStream;

/// Writes content to the connection. Distinguishes a failed connection from unreadable content, and reports
/// progress.
final class DataStream extends OutputStream {

    private final OutputStream out;
    private final Runnable progress;
    private boolean failed;

    DataStream(OutputStream out, Runnable progress) {
        this.out = out;
        this.progress = progress;
    }

    /// @return whether the connection failed
    boolean hasFailed() {
        return failed;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        try {
            out.write(octets, offset, length);
            progress.run();
        } catch (IOException e) {
            failed = true;
            throw e;
        }
    }
}
