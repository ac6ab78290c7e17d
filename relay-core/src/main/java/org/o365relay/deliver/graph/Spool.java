package org.o365relay.deliver.graph;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.o365relay.rewrite.StoredContent;

/// Stores one message during one attempt, because the content can be generated only once and its size must be
/// known before it is sent. A small message is kept in memory, a larger one in a file that only the relay's
/// user can read and that is deleted when the attempt ends.
final class Spool extends OutputStream implements StoredContent, Closeable {

    private final Path directory;
    private final long maxInMemory;
    private @Nullable ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private byte[] content = new byte[0];
    private @Nullable FileChannel file;
    private long size;

    /// @param maxInMemory maximum size of a message kept in memory, in octets
    Spool(Path directory, long maxInMemory) {
        this.directory = directory;
        this.maxInMemory = maxInMemory;
    }

    /// The message could not be written to the directory, for example because the disk is full.
    static final class SpoolException extends IOException {
        private static final long serialVersionUID = 1L;

        SpoolException(Path directory, IOException cause) {
            super("cannot write a large message to " + directory + ": " + cause.getMessage(), cause);
        }
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        try {
            if (memory != null && size + length > maxInMemory) {
                spill(memory);
            }
            if (file != null) {
                append(file, ByteBuffer.wrap(octets, offset, length));
            } else if (memory != null) {
                memory.write(octets, offset, length);
            }
            size += length;
        } catch (IOException e) {
            throw new SpoolException(directory, e);
        }
    }

    private void spill(ByteArrayOutputStream soFar) throws IOException {
        FileAttribute<?> ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        file = FileChannel.open(
                directory.resolve("graph-" + UUID.randomUUID() + ".eml"),
                Set.of(
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE),
                ownerOnly);
        append(file, ByteBuffer.wrap(soFar.toByteArray()));
        memory = null;
    }

    private static void append(FileChannel file, ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            file.write(octets);
        }
    }

    /// Completes the message. From now on it can be read, but no longer written.
    void complete() {
        if (memory != null) {
            content = memory.toByteArray();
            memory = null;
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public InputStream read(long from, long to) {
        return file == null
                ? new ByteArrayInputStream(content, Math.toIntExact(from), Math.toIntExact(to - from))
                : new Range(file, from, to);
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    /// A part of the file.
    private static final class Range extends InputStream {

        private static final int BUFFER = 64 * 1024;

        private final FileChannel file;
        private final long to;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
        private long position;

        Range(FileChannel file, long from, long to) {
            this.file = file;
            this.position = from;
            this.to = to;
        }

        @Override
        public int read() throws IOException {
            return fill() ? buffer.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] octets, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, buffer.remaining());
            buffer.get(octets, offset, count);
            return count;
        }

        private boolean fill() throws IOException {
            if (buffer.hasRemaining()) {
                return true;
            }
            buffer.clear().limit((int) Math.min(BUFFER, to - position));
            int count = buffer.hasRemaining() ? file.read(buffer, position) : -1;
            buffer.flip();
            position += Math.max(0, count);
            return count > 0;
        }
    }
}
