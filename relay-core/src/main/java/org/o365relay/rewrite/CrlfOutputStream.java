package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Converts every line ending to CRLF. Exchange refuses a bare LF (554 5.6.0), and servers that disagree on
/// whether a bare CR or LF ends a line allow SMTP smuggling.
///
/// Any number of CRs before an LF are one line ending, because some devices send CR CR LF. CRs without an LF
/// are a line ending each.
///
/// NULs before a dot at the beginning of a line are removed: a server that removes NULs before it looks for the
/// final dot (RFC 5321 §4.1.1.4) would otherwise find one, because dot-stuffing does not see this dot.
final class CrlfOutputStream extends OutputStream {

    private static final int BUFFER = 16 * 1024;

    private final OutputStream out;
    private byte[] converted = new byte[0];
    private int length; // of the octets in the buffer
    private boolean atLineStart = true; // apart from the octets that are held back
    private long carriageReturns; // held back until the next octet is known
    private long nuls; // at the beginning of a line, held back until the next octet is known

    CrlfOutputStream(OutputStream out) {
        this.out = out;
    }

    /// Copies the whole stream. The output is empty or ends with CRLF.
    void copy(InputStream in) throws IOException {
        in.transferTo(this);
        finish();
    }

    /// Ends the last line with CRLF if it does not end with one.
    void finish() throws IOException {
        release();
        if (!atLineStart) {
            endLine();
        }
        flushBuffer();
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
            atLineStart = octets[to - 1] == '\n';
        } else {
            for (int i = from; i < to; i++) {
                convert(octets[i]);
            }
            flushBuffer();
        }
    }

    private boolean isClean(byte[] octets, int from, int to) {
        if (carriageReturns > 0 || nuls > 0 || octets[to - 1] == '\r') {
            return false;
        }
        int last = atLineStart ? '\n' : 0;
        for (int i = from; i < to; i++) {
            int c = octets[i];
            if ((c == '\n') != (last == '\r') || (c == 0 && last == '\n')) {
                return false;
            }
            last = c;
        }
        return true;
    }

    private void convert(byte c) throws IOException {
        if (c == '\r') {
            carriageReturns++;
            return;
        }
        if (c == '\n') {
            carriageReturns = 0;
            release();
            endLine();
            return;
        }
        if (carriageReturns > 0) {
            release();
        }
        if (c == 0 && atLineStart) {
            nuls++;
            return;
        }
        nuls = c == '.' ? 0 : nuls;
        release();
        put(c);
        atLineStart = false;
    }

    /// Writes the octets that are held back: NULs, and a line ending for each CR after them.
    private void release() throws IOException {
        for (; nuls > 0; nuls--) {
            put((byte) 0);
            atLineStart = false;
        }
        for (; carriageReturns > 0; carriageReturns--) {
            endLine();
        }
    }

    private void endLine() throws IOException {
        put((byte) '\r');
        put((byte) '\n');
        atLineStart = true;
    }

    private void put(byte c) throws IOException {
        if (converted.length == 0) {
            converted = new byte[2 * BUFFER];
        }
        if (length == converted.length) {
            flushBuffer();
        }
        converted[length++] = c;
    }

    private void flushBuffer() throws IOException {
        if (length > 0) {
            out.write(converted, 0, length);
            length = 0;
        }
    }
}
