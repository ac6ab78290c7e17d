package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A client that sends exactly what the test specifies, and waits at most ten seconds for each reply.
final class DialogClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    DialogClient(InetSocketAddress server) throws IOException {
        this(server, null);
    }

    DialogClient(InetSocketAddress server, @Nullable InetAddress local) throws IOException {
        if (local != null) {
            socket.bind(new InetSocketAddress(local, 0));
        }
        socket.connect(server, PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /// Sends octets as they are, in one write.
    void send(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    /// @return the next line, which must end in CRLF, without its line end
    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            assertThat(octet).as("connection open after \"%s\"", line).isNotNegative();
            line.write(octet);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        assertThat(text).endsWith("\r");
        return text.substring(0, text.length() - 1);
    }

    /// @return the last line of the next reply
    String reply() throws IOException {
        String line = line();
        while (line.charAt(3) == '-') {
            line = line();
        }
        return line;
    }

    /// Sends a command, and expects a reply with this beginning.
    void say(String command, String expected) throws IOException {
        send(command + "\r\n");
        expect(expected);
    }

    void expect(String expected) throws IOException {
        assertThat(reply()).startsWith(expected);
    }

    /// Sends the commands of a message up to DATA.
    void beginContent() throws IOException {
        expect("220 ");
        say("EHLO printer", "250 ");
        beginNextContent();
    }

    void beginNextContent() throws IOException {
        say("MAIL FROM:<scan@device.test>", "250 2.1.0");
        say("RCPT TO:<boss@contoso.test>", "250 2.1.5");
        say("DATA", "354 ");
    }

    /// Reads until the server closes the connection.
    void skipToEnd() throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
    }

    void expectClosed() throws IOException {
        assertThat(in.read()).as("end of the connection").isEqualTo(-1);
    }

    /// Closes the output of the socket, and continues to read.
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /// @return the next octet, without consuming it; -1 at the end of the connection
    int peek() throws IOException {
        in.mark(1);
        int octet = in.read();
        in.reset();
        return octet;
    }

    /// As [#expectClosed()], but also accepts a reset, which the system sends if the relay has not read
    /// everything.
    void expectGone() throws IOException {
        try {
            expectClosed();
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    void hangUp() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        hangUp();
    }
}
