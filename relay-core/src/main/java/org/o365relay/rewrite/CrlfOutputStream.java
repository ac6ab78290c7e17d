package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Converts every line ending to CRLF. Exchange refuses a bare LF (554 5.6.0), and servers that disagree on
/// whether a bare CR or LF ends a line allow SMTP smuggling.
final class CrlfOutputStream extends OutputStream {

    private static final int BUFFER = 16 * 1024;

    private final OutputStream out;
    private byte[] converted = new byte[0];
    private int previous = '\n';

    CrlfOutputStream(OutputStream out) {
        this.out = out;
    }

    /// Copies the whole stream. The output is empty or ends with CRLF.
    void copy(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            write(buffer, 0, count);
        }
        finish();
    }

    /// Ends the last line with CRLF if it does not end with one.
    void finish() throws IOException {
        if (previous == '\r') {
            out.write(new byte[] {'\n'});
        } else if (previous != '\n') {
            out.write(new byte[] {'\r', '\n'});
        }
        previous = '\n';
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        int end = offset + length;
        for (int from = offset; from < end; from += BUFFER) {
            writePiece(octets, from, Math.min(from + BUFFER, end));
        }
    }

    private void writePiece(byte[] octets, int from, int to) throws IOException {
        if (isClean(octets, from, to)) {
            out.write(octets, from, to - from);
        } else {
            convert(octets, from, to);
        }
        previous = octets[to - 1];
    }

    private boolean isClean(byte[] octets, int from, int to) {
        int last = previous;
        for (int i = from; i < to; i++) {
            int c = octets[i];
            if ((c == '\n') != (last == '\r')) {
                return false;
            }
            last = c;
        }
        return true;
    }

    /// Writes each CR immediately. If the next octet, which may come with the next call, is not an LF, an LF is
    /// inserted before that octet.
    private void convert(byte[] octets, int from, int to) throws IOException {
        if (converted.length == 0) {
            converted = new byte[2 * BUFFER];
        }
        int length = 0;
        int last = previous;
        for (int i = from; i < to; i++) {
            byte c = octets[i];
            if (c == '\n' && last != '\r') {
                converted[length++] = '\r';
            } else if (c != '\n' && last == '\r') {
                converted[length++] = '\n';
            }
            converted[length++] = c;
            last = c;
        }
        out.write(converted, 0, length);
    }
}
