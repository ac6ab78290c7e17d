package org.o365relay.queue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Reads an original chunk by chunk; one chunk is in memory at a time.
final class ContentStream extends InputStream {

    private final Window window;
    private final QueueId id;
    private final long size;
    private byte[] chunk = {};
    private int position;
    private int next;
    private long delivered;

    /// @param size what the message must add up to
    ContentStream(Window window, QueueId id, long size) {
        this.window = window;
        this.id = id;
        this.size = size;
    }

    @Override
    public int read() throws IOException {
        return advance() ? chunk[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!advance()) {
            return -1;
        }
        int count = Math.min(length, chunk.length - position);
        System.arraycopy(chunk, position, target, offset, count);
        position += count;
        return count;
    }

    /// @return whether there is an octet left to read
    /// @throws IOException if the original is not whole
    private boolean advance() throws IOException {
        if (position < chunk.length) {
            return true;
        }
        if (delivered == size) {
            return false;
        }
        byte[] following = following();
        if (following == null || delivered + following.length > size) {
            throw new IOException("message " + id + " is not whole in the queue: chunk " + next + " of " + size
                    + " octets is missing or too long");
        }
        delivered += following.length;
        chunk = following;
        position = 0;
        next++;
        return true;
    }

    private byte @Nullable [] following() throws IOException {
        try {
            return window.read(statements -> Tables.chunk(statements, id, next));
        } catch (QueueException e) {
            throw new IOException("message " + id + " cannot be read from the queue: " + e.getMessage(), e);
        }
    }
}
