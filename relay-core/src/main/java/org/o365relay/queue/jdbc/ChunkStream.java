package org.o365relay.queue.jdbc;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.ContentStream;
import org.o365relay.queue.QueueException;

/// Reads the content of a message chunk by chunk.
final class ChunkStream extends ContentStream {

    private final ReadAccess access;
    private final QueueId id;
    private final long size;
    private byte[] chunk = {};
    private int position;
    private int next;
    private long octetsRead;
    private @Nullable String damage;

    /// @param size total size of the content in octets, as recorded with the message
    ChunkStream(ReadAccess access, QueueId id, long size) {
        this.access = access;
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

    @Override
    public long transferTo(OutputStream out) throws IOException {
        long count = 0;
        while (advance()) {
            out.write(chunk, position, chunk.length - position);
            count += chunk.length - position;
            position = chunk.length;
        }
        return count;
    }

    /// @return whether there is another octet to read
    /// @throws IOException if the content is incomplete or damaged, or if the queue cannot be read
    private boolean advance() throws IOException {
        if (position < chunk.length) {
            return true;
        }
        if (octetsRead == size) {
            return false;
        }
        Chunk nextChunk = readChunk();
        if (nextChunk == null || octetsRead + nextChunk.content().length > size) {
            throw damaged(
                    "chunk " + next + " is missing, or the content exceeds the message size of " + size + " octets");
        }
        if (!nextChunk.isIntact()) {
            throw damaged("chunk " + next + " does not match its checksum");
        }
        chunk = nextChunk.content();
        octetsRead += chunk.length;
        position = 0;
        next++;
        return true;
    }

    private @Nullable Chunk readChunk() throws IOException {
        try {
            return access.read(statements ->
                    statements.first("read-chunk", Chunk::of, id.value(), next).orElse(null));
        } catch (QueueException e) {
            if (e.isDamage()) {
                throw damaged("chunk " + next + " cannot be read: " + e.getMessage());
            }
            throw new IOException("message " + id + " cannot be read from the queue: " + e.getMessage(), e);
        }
    }

    private IOException damaged(String what) {
        damage = what;
        return new IOException("message " + id + " is damaged in the queue: " + what);
    }

    @Override
    public Optional<String> damage() {
        return Optional.ofNullable(damage);
    }
}
