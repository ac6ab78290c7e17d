package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.io.OutputStream;

/// Writes content to the connection. Distinguishes a failed connection from unreadable content, and reports
/// every successful write.
final class DataStream extends OutputStream {

    private final OutputStream out;
    private final Runnable onProgress;
    private boolean failed;

    DataStream(OutputStream out, Runnable onProgress) {
        this.out = out;
        this.onProgress = onProgress;
    }

    /// @return whether the connection failed, or the server replied before the end of the content
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
            onProgress.run();
        } catch (IOException e) {
            failed = true;
            throw e;
        }
    }
}
