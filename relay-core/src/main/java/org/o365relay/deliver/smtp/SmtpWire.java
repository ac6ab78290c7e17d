package org.o365relay.deliver.smtp;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.o365relay.net.OutgoingTls;

/// Octets of one connection: commands and content out, replies in, over TCP or TLS. What is written is sent at
/// [#flush()], or when 16 KiB are waiting.
final class SmtpWire {

    private static final int BUFFER_SIZE = 16 * 1024; // the size of a TLS record
    private static final Duration ARRIVED = Duration.ofMillis(500);
    private static final Duration POLL = Duration.ofMillis(1);

    private final Socket bottom;
    private Socket top;
    private boolean isTls;
    private ReplyReader replies;
    private OutputStream out;
    private Duration readLimit = Duration.ZERO;

    /// @param socket the TCP connection
    SmtpWire(Socket socket) throws IOException {
        this.bottom = socket;
        this.top = socket;
        this.replies = new ReplyReader(socket.getInputStream());
        this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_SIZE);
    }

    /// Limits the time that a read waits for octets.
    void setReadLimit(Duration limit) throws IOException {
        readLimit = limit;
        bottom.setSoTimeout(Dialer.millis(limit));
    }

    /// Writes a line in UTF-8 (RFC 6531 §3.3), with its CRLF.
    void write(String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /// @return the stream for content, which is sent octet for octet; flushing it flushes the wire
    OutputStream content() {
        return out;
    }

    void flush() throws IOException {
        out.flush();
    }

    /// Reads a reply. Blocks until it is complete or invalid, or the read limit is exceeded.
    Received receive() throws IOException {
        return replies.read();
    }

    /// Reads a reply that has arrived or is on its way. The read limit stays short: the connection is not used
    /// after such a reply.
    Received receiveArrived() throws IOException {
        setReadLimit(ARRIVED);
        return receive();
    }

    /// Checks whether the server has sent something that was not read yet. Before a command is written, this
    /// means that replies and commands are out of step. Does not block, except that after a TLS record without
    /// data, such as a session ticket, it waits a millisecond for the next.
    boolean hasWaiting() throws IOException {
        if (replies.hasBuffered() || top.getInputStream().available() > 0) {
            return true;
        }
        if (!isTls || bottom.getInputStream().available() == 0) {
            return false;
        }
        bottom.setSoTimeout(Dialer.millis(POLL));
        try {
            return replies.fill();
        } catch (SocketTimeoutException _) {
            return false;
        } finally {
            bottom.setSoTimeout(Dialer.millis(readLimit));
        }
    }

    /// @throws EarlyReplyException if something is [waiting][#hasWaiting()]
    void checkInStep() throws IOException {
        if (hasWaiting()) {
            throw new EarlyReplyException();
        }
    }

    /// Ends the output, so that a blocked write fails. May be called by another thread.
    void endOutput() throws IOException {
        bottom.shutdownOutput();
    }

    /// Starts TLS on the connection. The server's certificate must be trusted and match the host name.
    ///
    /// @throws PlainTextException if the server has sent octets before the handshake. They were not
    ///     protected, but would be read as if they were (RFC 3207 §4.2)
    SSLSession startTls(SSLContext context, String host, int port) throws IOException {
        if (hasWaiting()) {
            throw new PlainTextException();
        }
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(bottom, host, port, true);
        secured.setSSLParameters(OutgoingTls.parameters(context));
        secured.startHandshake();
        top = secured;
        isTls = true;
        replies = new ReplyReader(secured.getInputStream());
        out = new BufferedOutputStream(secured.getOutputStream(), BUFFER_SIZE);
        return secured.getSession();
    }

    /// Closes TLS and the connection. May block.
    void close() throws IOException {
        top.close();
    }

    /// The server sent plain text where the TLS handshake must begin.
    static final class PlainTextException extends IOException {
        private static final long serialVersionUID = 1L;

        PlainTextException() {
            super("plain text before the TLS handshake");
        }
    }
}
