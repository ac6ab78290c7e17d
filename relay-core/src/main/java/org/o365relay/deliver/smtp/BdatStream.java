package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.smtp.Received.Complete;
import org.o365relay.deliver.upstream.Response.Step;

/// Sends content as BDAT chunks (RFC 3030 §2), octet for octet, and waits for the reply to each chunk. After a
/// chunk that was not accepted, nothing more is sent.
final class BdatStream extends OutputStream {

    private static final int CHUNK_SIZE = 256 * 1024;

    private final SmtpWire wire;
    private final Consumer<Step> onStep;
    private final byte[] chunk = new byte[CHUNK_SIZE];
    private int filled;
    private @Nullable Received last;

    /// @param onStep receives the step of each chunk before it is sent
    BdatStream(SmtpWire wire, Consumer<Step> onStep) {
        this.wire = wire;
        this.onStep = onStep;
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
                send(Step.CONTENT);
            }
            int count = Math.min(end - from, CHUNK_SIZE - filled);
            System.arraycopy(octets, from, chunk, filled, count);
            filled += count;
            from += count;
        }
    }

    /// Sends the last chunk, which may be empty, unless a chunk was not accepted.
    ///
    /// @return what the server sent in reply to the last chunk that was sent
    Received end() throws IOException {
        return send(Step.END_OF_CONTENT);
    }

    private Received send(Step step) throws IOException {
        if (last == null || isAccepted(last)) {
            wire.checkInStep();
            onStep.accept(step);
            wire.write("BDAT " + filled + (step == Step.END_OF_CONTENT ? " LAST" : ""));
            wire.content().write(chunk, 0, filled);
            wire.flush();
            last = wire.receive();
        }
        filled = 0;
        return last;
    }

    private static boolean isAccepted(Received received) {
        return received instanceof Complete(var reply) && ReplyMeaning.isCompletion(reply);
    }
}
