package org.o365relay.rewrite;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// A part that is said to be lines of text, among binary ones: keeps it until it is known whether it is. With NUL
/// in it, or line ends that are not CRLF, it is not, and would be damaged on the way (RFC 2045 §2.7 and §2.8).
/// What is too large to be kept that long is treated as if it were none, which harms nothing.
final class TextPartEncoder extends OutputStream {

    private static final int MAX_KEPT = 256 * 1024;

    private final Begin plain;
    private final Begin encoded;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private @Nullable OutputStream out;
    private boolean encoding;
    private int previous;

    /// @param passing whether nothing is kept, because there is no choice
    /// @param plain begins it as it is
    /// @param encoded begins it so that any octets may follow; may refuse
    TextPartEncoder(boolean passing, Begin plain, Begin encoded) throws IOException {
        this.plain = plain;
        this.encoded = encoded;
        this.out = passing ? plain.begin() : null;
    }

    /// Writes what comes before the content.
    @FunctionalInterface
    interface Begin {
        /// @return where the content goes
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
        } else if (out == null && kept.size() + length > MAX_KEPT) {
            encode();
        }
        (out == null ? kept : out).write(octets, offset, length);
    }

    @Override
    public void close() throws IOException {
        if (!encoding && previous == '\r') {
            encode();
        }
        if (out == null) {
            out = plain.begin();
            kept.writeTo(out);
        }
        out.close();
    }

    private void encode() throws IOException {
        encoding = true;
        out = encoded.begin();
        kept.writeTo(out);
        kept.reset();
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
