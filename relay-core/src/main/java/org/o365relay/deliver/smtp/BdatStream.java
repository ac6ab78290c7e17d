package org.o365relay.deliver.smtp;

import jakarta.mail.MessagingException;
import java.io.IOException;
import java.io.OutputStream;

/// Sends content as BDAT chunks (RFC 3030 §2), octet for octet, and waits for the reply to each chunk. After a
/// refused chunk, nothing more is sent, and the refusal remains the transport's last reply.
final class BdatStream extends OutputStream {

    private static final int CHUNK_SIZE = 256 * 1024;

    private final AngusTransport transport;
    private final byte[] chunk = new byte[CHUNK_SIZE];
    private int filled;
    private boolean refused;

    BdatStream(AngusTransport transport) {
        this.transport = transport;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        int from = offset;
        int end = offset + length;
        while (from < end) {
            if (filled == CHUNK_SIZE) {
                send(false);
            }
            int count = Math.min(end - from, CHUNK_SIZE - filled);
            System.arraycopy(octets, from, chunk, filled, count);
            filled += count;
            from += count;
        }
    }

    /// Sends the last chunk, which may be empty, unless the server has refused a chunk.
    void end() throws IOException {
        send(true);
    }

    private void send(boolean last) throws IOException {
        if (!refused) {
            try {
                transport.bdat(chunk, filled, last);
            } catch (MessagingException e) {
                throw new IOException(e);
            }
            refused = !transport.lastReply().startsWith("2");
        }
        filled = 0;
    }
}
