package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.io.OutputStream;

/// Sends content with DATA: adds a dot to lines that begin with one (RFC 5321 §4.5.2), and sends bare CR and LF
/// as CRLF (RFC 5321 §2.3.8). All other octets are unchanged. Stops when the server replies before the end.
final class DotStuffing extends OutputStream {

    /// Number of octets between two checks for a reply.
    private static final int CHECK_INTERVAL = 16 * 1024;

    private final SmtpWire wire;
    private final OutputStream out;
    private int unchecked;
    private boolean atLineStart = true;
    private boolean afterCr; // the CR was sent as CRLF

    DotStuffing(SmtpWire wire) {
        this.wire = wire;
        this.out = wire.content();
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    /// @throws EarlyReplyException if the server has sent something
    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        stuff(octets, offset, length);
        unchecked += length;
        if (unchecked >= CHECK_INTERVAL) {
            unchecked = 0;
            wire.checkInStep();
        }
    }

    private void stuff(byte[] octets, int offset, int length) throws IOException {
        int end = offset + length;
        int next = length > 0 && afterCr && octets[offset] == '\n' ? offset + 1 : offset;
        afterCr = afterCr && length == 0;
        while (next < end) {
            if (atLineStart && octets[next] == '.') {
                out.write('.');
            }
            int lineEnd = lineEnd(octets, next, end);
            out.write(octets, next, lineEnd - next);
            atLineStart = lineEnd < end;
            next = lineEnd < end ? endLine(octets, lineEnd, end) : end;
        }
    }

    /// Ends the last line if it has no end, and writes the line with the dot, without flushing it.
    ///
    /// @param onEnd runs before the end is written
    /// @throws EarlyReplyException if the server has sent something; the end is not written
    void end(Runnable onEnd) throws IOException {
        wire.checkInStep();
        onEnd.run();
        if (!atLineStart) {
            out.write('\r');
            out.write('\n');
        }
        out.write('.');
        out.write('\r');
        out.write('\n');
    }

    /// @return position after the line end
    private int endLine(byte[] octets, int position, int end) throws IOException {
        out.write('\r');
        out.write('\n');
        boolean isCr = octets[position] == '\r';
        afterCr = isCr && position + 1 == end;
        return isCr && !afterCr && octets[position + 1] == '\n' ? position + 2 : position + 1;
    }

    private static int lineEnd(byte[] octets, int from, int end) {
        int position = from;
        while (position < end && octets[position] != '\r' && octets[position] != '\n') {
            position++;
        }
        return position;
    }
}
