package org.o365relay.rewrite;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// Writes a part of a binary message that is not declared as binary or encoded, and encodes it if it contains
/// NULs or line endings other than CRLF, which would be damaged in transit (RFC 2045 §2.7 and §2.8). The part
/// is normally buffered until its end, or until it must be encoded. If more than 256 KiB would have to be
/// buffered, the part is encoded whatever it contains, which is harmless.
final class TextPartEncoder extends OutputStream {

    private static final int MAX_BUFFERED = 256 * 1024;

    private final HeaderWriter plain;
    private final HeaderWriter encoded;
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    private @Nullable OutputStream out;
    private boolean encoding;
    private int previous;

    /// @param passThrough whether to write the part without buffering, because the caller knows that it must
    ///     not be encoded
    /// @param plain writes the header of the part if it is not encoded
    /// @param encoded writes the header of the part if it is encoded; throws an exception if the part must not
    ///     be encoded
    TextPartEncoder(boolean passThrough, HeaderWriter plain, HeaderWriter encoded) throws IOException {
        this.plain = plain;
        this.encoded = encoded;
        this.out = passThrough ? plain.begin() : null;
    }

    /// Writes the header of the part, before its content.
    @FunctionalInterface
    interface HeaderWriter {
        /// @return the output for the content
        OutputStream begin() throws IOException;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        if (!encoding && !isText(octets, offset, length)) {
            encode();
        } else if (out == null && buffer.size() + length > MAX_BUFFERED) {
            encode();
        }
        (out == null ? buffer : out).write(octets, offset, length);
    }

    @Override
    public void close() throws IOException {
        if (!encoding && previous == '\r') {
            encode();
        }
        if (out == null) {
            out = plain.begin();
            buffer.writeTo(out);
        }
        out.close();
    }

    private void encode() throws IOException {
        encoding = true;
        out = encoded.begin();
        buffer.writeTo(out);
        buffer.reset();
    }

    private boolean isText(byte[] octets, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            int octet = octets[i];
            if (octet == 0 || (octet == '\n') != (previous == '\r')) {
                return false;
            }
            previous = octet;
        }
        return true;
    }
}
