package org.o365relay.sandbox.message;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The content of one message while it is being received. It is written to a temporary file or discarded; only
/// its first 128 KiB are kept in memory, so that the header can be parsed.
///
/// Writing never throws, because the rest of the content must be read even after an error; [#finish()] throws
/// the exception.
public final class SpooledContent implements AutoCloseable {

    private static final int HEADER_LIMIT = 131_072;

    private final long limit;
    private final @Nullable Path file;
    private final ByteArrayOutputStream headerBytes = new ByteArrayOutputStream(4_096);
    private @Nullable OutputStream out;
    private @Nullable IOException failure;
    private boolean bareLf;
    private long size;

    /// @param file temporary file for the content; null to discard it
    /// @param limit maximum size of the stored file, in octets; writes that exceed it are only counted
    public SpooledContent(@Nullable Path file, long limit) {
        this.file = file;
        this.limit = limit;
    }

    public void write(byte[] octets, int offset, int length) {
        size += length;
        if (headerBytes.size() < HEADER_LIMIT) {
            headerBytes.write(octets, offset, Math.min(length, HEADER_LIMIT - headerBytes.size()));
        }
        if (file != null && failure == null && size <= limit) {
            writeToFile(file, octets, offset, length);
        }
    }

    public void markBareLf() {
        bareLf = true;
    }

    public boolean containsBareLf() {
        return bareLf;
    }

    public boolean isTooLarge() {
        return size > limit;
    }

    long size() {
        return size;
    }

    /// @return the beginning of the content, which contains the whole header unless the header exceeds 128 KiB
    public InputStream headerBytes() {
        return new ByteArrayInputStream(headerBytes.toByteArray());
    }

    /// @return the complete temporary file; null if the content was discarded
    /// @throws IOException if the content could not be written
    @Nullable
    Path finish() throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (file != null && out == null) {
            Files.createFile(file);
        }
        closeFile();
        return file;
    }

    /// Deletes the temporary file if it still exists.
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
