package org.o365relay.daemon;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A client of the relay that says what the test says.
final class Device implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final String greeting;

    Device(InetSocketAddress relay) throws IOException {
        this(relay, "");
    }

    /// @param first what goes before the greeting, as a proxy's header does
    Device(InetSocketAddress relay, String first) throws IOException {
        socket = new Socket(relay.getAddress(), relay.getPort());
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        write(first);
        greeting = reply();
    }

    String greeting() {
        return greeting;
    }

    /// @return the queue id
    String send(String subject, String... recipients) throws IOException {
        return sendContent(message(subject), recipients);
    }

    static String message(String subject) {
        return "From: Scanner <scan@mfp.contoso.example>\r\nSubject: " + subject + "\r\n\r\ntext of " + subject
                + "\r\n";
    }

    /// @return the queue id
    String sendContent(String content, String... recipients) throws IOException {
        return sendFrom("scan@mfp.contoso.example", content, recipients);
    }

    /// @param sender of the envelope
    /// @return the queue id
    String sendFrom(String sender, String content, String... recipients) throws IOException {
        beginFrom(sender, recipients);
        write(content);
        String reply = say(".");
        if (!reply.startsWith("250 2.0.0 Queued as ")) {
            throw new IOException("refused: " + reply);
        }
        return reply.substring(reply.lastIndexOf(' ') + 1);
    }

    /// Up to and with DATA.
    void begin(String... recipients) throws IOException {
        beginFrom("scan@mfp.contoso.example", recipients);
    }

    private void beginFrom(String sender, String... recipients) throws IOException {
        expect("250", "EHLO mfp");
        expect("250", "MAIL FROM:<" + sender + ">");
        for (String recipient : recipients.length == 0 ? new String[] {"office@contoso.example"} : recipients) {
            expect("250", "RCPT TO:<" + recipient + ">");
        }
        expect("354", "DATA");
    }

    /// @return the whole reply, lines separated by LF
    String say(String line) throws IOException {
        write(line + "\r\n");
        return reply();
    }

    void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    void write(byte[] octets) throws IOException {
        out.write(octets);
        out.flush();
    }

    /// Sends nothing more.
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    String reply() throws IOException {
        StringBuilder reply = new StringBuilder();
        String line = line();
        while (line.startsWith("-", 3)) {
            reply.append(line).append('\n');
            line = line();
        }
        return reply.append(line).toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void expect(String code, String line) throws IOException {
        String reply = say(line);
        if (!reply.startsWith(code)) {
            throw new IOException(line + " was answered: " + reply);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int octet = in.read();
        while (octet != '\n') {
            if (octet < 0) {
                throw new EOFException("the relay has closed the connection");
            }
            line.write(octet);
            octet = in.read();
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }
}
