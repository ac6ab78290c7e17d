package org.o365relay.daemon.demo;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Sends mail like an old device: HELO, one command at a time, no TLS, no login.
final class DemoDevice {

    private static final int TIMEOUT = 30_000;

    private DemoDevice() {}

    /// @return the reply to the content
    /// @throws IOException if the relay cannot be reached or refuses
    static String send(SampleMessage sample, InetSocketAddress relay) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(relay, TIMEOUT);
            socket.setSoTimeout(TIMEOUT);
            Connection line = new Connection(
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)),
                    socket.getOutputStream());
            line.expect('2');
            line.send("HELO " + sample.helo(), '2');
            line.send("MAIL FROM:<" + sample.from() + ">", '2');
            for (String recipient : sample.to()) {
                line.send("RCPT TO:<" + recipient + ">", '2');
            }
            line.send("DATA", '3');
            line.write(dotStuffed(sample.content()));
            String reply = line.send(".", '2');
            line.send("QUIT", '2');
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

        String expect(char category) throws IOException {
            String reply = in.readLine();
            while (reply != null && reply.startsWith("-", 3)) {
                reply = in.readLine();
            }
            if (reply == null) {
                throw new EOFException("the relay has closed the connection");
            }
            if (reply.charAt(0) != category) {
                throw new IOException("the relay answered: " + reply);
            }
            return reply;
        }
    }
}
