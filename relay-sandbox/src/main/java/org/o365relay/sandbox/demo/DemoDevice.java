package org.o365relay.sandbox.demo;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Sends a message as an old device does: HELO, one command at a time, without TLS or authentication.
final class DemoDevice {

    private static final int TIMEOUT_MS = 30_000;

    private DemoDevice() {}

    /// @return the reply to the message content
    /// @throws IOException if the connection fails, or if the relay rejects a command or the content
    static String send(SampleMessage sample, InetSocketAddress relay) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(relay, TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            Connection connection = new Connection(
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)),
                    socket.getOutputStream());
            connection.expect('2');
            connection.send("HELO " + sample.helo(), '2');
            connection.send("MAIL FROM:<" + sample.from() + ">", '2');
            for (String recipient : sample.to()) {
                connection.send("RCPT TO:<" + recipient + ">", '2');
            }
            connection.send("DATA", '3');
            connection.write(dotStuffed(sample.content()));
            String reply = connection.send(".", '2');
            connection.send("QUIT", '2');
            return reply;
        }
    }

    // RFC 5321 §4.5.2
    private static byte[] dotStuffed(byte[] content) {
        String text = "\r\n" + new String(content, StandardCharsets.ISO_8859_1);
        return text.replace("\r\n.", "\r\n..").substring(2).getBytes(StandardCharsets.ISO_8859_1);
    }

    private record Connection(BufferedReader in, OutputStream out) {

        String send(String command, char expected) throws IOException {
            write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
            return expect(expected);
        }

        void write(byte[] octets) throws IOException {
            out.write(octets);
            out.flush();
        }

        String expect(char firstDigit) throws IOException {
            String reply = in.readLine();
            while (reply != null && reply.startsWith("-", 3)) {
                reply = in.readLine();
            }
            if (reply == null) {
                throw new EOFException("the relay closed the connection");
            }
            if (reply.charAt(0) != firstDigit) {
                throw new IOException("the relay replied: " + reply);
            }
            return reply;
        }
    }
}
