package org.o365relay.daemon.sandbox;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The content of one message while it comes in. Never whole in memory: it goes to a temporary file, or
/// nowhere, and only its beginning is kept, for the header.
///
/// Writing never fails, because the rest of the content must be read in any case; what went wrong is told at
/// the end.
final class SpooledContent implements AutoCloseable {

    private static final int HEADER_LIMIT = 131_072;

    private final long limit;
    private final @Nullable Path file;
    private final ByteArrayOutputStream headerBytes = new ByteArrayOutputStream(4_096);
    private @Nullable OutputStream out;
    private @Nullable IOException failure;
    private boolean bareLf;
    private long size;

    /// @param file where to put the content; null for nowhere
    /// @param limit what is beyond is only counted
    SpooledContent(@Nullable Path file, long limit) {
        this.file = file;
        this.limit = limit;
    }

    void write(byte[] octets, int offset, int length) {
        size += length;
        if (headerBytes.size() < HEADER_LIMIT) {
            headerBytes.write(octets, offset, Math.min(length, HEADER_LIMIT - headerBytes.size()));
        }
        if (file != null && failure == null && size <= limit) {
            writeToFile(file, octets, offset, length);
        }
    }

    void markBareLf() {
        bareLf = true;
    }

    boolean containsBareLf() {
        return bareLf;
    }

    boolean isTooLarge() {
        return size > limit;
    }

    long size() {
        return size;
    }

    /// @return the content up to at least the end of the header, unless the header is longer than 128 KiB
    InputStream headerBytes() {
        return new ByteArrayInputStream(headerBytes.toByteArray());
    }

    /// @return the complete temporary file; null if none is kept
    /// @throws IOException if it could not be written
    @Nullable
    Path finished() throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (file != null && out == null) {
            Files.createFile(file);
        }
        closeFile();
        return file;
    }

    /// Removes the temporary file if it is still there.
    @Override
    public void close() throws IOException {
        closeFile();
        if (file != null) {
            Files.deleteIfExists(file);
        }
    }

    private void writeToFile(Path target, byte[] octets, int offset, int length) {
        try {
            if (out == null) {
                out = Files.newOutputStream(target);
            }
            out.write(octets, offset, length);
        } catch (IOException e) {
            failure = e;
        }
    }

    private void closeFile() throws IOException {
        if (out != null) {
            out.close();
        }
    }
}
