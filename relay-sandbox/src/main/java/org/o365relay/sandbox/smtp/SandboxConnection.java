package org.o365relay.sandbox.smtp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.o365relay.sandbox.message.SpooledContent;

/// Reads commands and message content and writes replies on one connection.
///
/// Replies are buffered while more input is available, so that the replies to a group of pipelined commands are
/// sent in one write (RFC 2920 §3.2). They are flushed before a command or content is awaited.
final class SandboxConnection {

    /// Maximum length of a line in octets, without its line ending. RFC 4954 §4 considers 12288 sufficient; an
    /// XOAUTH2 response is 2 to 4.5 KB long in base64.
    static final int MAX_LINE = 12_288;

    private static final int BUFFER = 16_384;

    private final Socket socket;
    private InputStream in;
    private OutputStream out;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int end;
    private byte[] replies = new byte[1_024];
    private int repliesEnd;

    SandboxConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /// Continues over TLS. Discards plaintext input that has already been buffered, because an attacker could
    /// have injected it (RFC 3207 §4.2).
    void switchTo(Socket tls) throws IOException {
        in = tls.getInputStream();
        out = tls.getOutputStream();
        position = 0;
        end = 0;
    }

    /// @return the next line without its line ending, decoded as UTF-8
    /// @throws EOFException if the client closed the connection
    /// @throws LineTooLongException if the line exceeds [#MAX_LINE]; the whole line has then been read
    String readLine() throws IOException, LineTooLongException {
        byte[] line = new byte[0];
        while (true) {
            fillBuffer();
            int lf = indexOfLf();
            int stop = lf < 0 ? end : lf;
            line = line.length > MAX_LINE ? line : joined(line, position, stop);
            position = lf < 0 ? end : lf + 1;
            if (lf >= 0) {
                return text(line);
            }
        }
    }

    void send(String reply) {
        byte[] octets = (reply + "\r\n").getBytes(StandardCharsets.UTF_8);
        if (repliesEnd + octets.length > replies.length) {
            replies = Arrays.copyOf(replies, repliesEnd + octets.length);
        }
        System.arraycopy(octets, 0, replies, repliesEnd, octets.length);
        repliesEnd += octets.length;
    }

    void flush() throws IOException {
        if (repliesEnd > 0) {
            out.write(replies, 0, repliesEnd);
            out.flush();
            repliesEnd = 0;
        }
    }

    /// Reads content up to the final dot (RFC 5321 §4.1.1.4) and removes dot-stuffing (§4.5.2).
    void readContent(SpooledContent body) throws IOException {
        DotReader reader = new DotReader(body);
        do {
            fillBuffer();
            position = reader.read(buffer, position, end);
        } while (!reader.done());
    }

    /// Reads a chunk of exactly `size` octets (RFC 3030 §2).
    void readChunk(SpooledContent body, long size) throws IOException {
        long missing = size;
        while (missing > 0) {
            fillBuffer();
            int length = (int) Math.min(missing, end - position);
            body.write(buffer, position, length);
            position += length;
            missing -= length;
        }
    }

    /// Discards input until the client closes the connection, however long that takes.
    void discardUntilClosed() throws IOException {
        socket.setSoTimeout(0);
        while (in.read(buffer) >= 0) {
            position = 0;
            end = 0;
        }
    }

    /// Closes the socket without a reply and without a TLS close_notify.
    void drop() throws IOException {
        socket.close();
    }

    private void fillBuffer() throws IOException {
        if (position < end) {
            return;
        }
        flush();
        int length = in.read(buffer, 0, BUFFER);
        if (length < 0) {
            throw new EOFException("the client closed the connection");
        }
        position = 0;
        end = length;
    }

    private int indexOfLf() {
        for (int i = position; i < end; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private byte[] joined(byte[] line, int from, int to) {
        byte[] joined = Arrays.copyOf(line, line.length + to - from);
        System.arraycopy(buffer, from, joined, line.length, to - from);
        return joined;
    }

    private static String text(byte[] line) throws LineTooLongException {
        int length = line.length > 0 && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
        if (length > MAX_LINE) {
            throw new LineTooLongException();
        }
        return new String(line, 0, length, StandardCharsets.UTF_8);
    }

    /// Thrown if a line from the client has more than [#MAX_LINE] octets.
    static final class LineTooLongException extends Exception {
        private static final long serialVersionUID = 1;
    }
}
