package org.o365relay.accept;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.tls.RelayCertificate;

/// A client that can start TLS at any time; waits at most ten seconds for each reply.
final class TlsClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 10_000;

    private final RelayCertificate trusted;
    /// Stays open when the client ends TLS, which the JDK would take for the end of the connection.
    private final Socket plain = new Socket() {
        @Override
        public void shutdownOutput() {}
    };
    private @Nullable SSLSocket secured;
    private InputStream in;

    TlsClient(InetSocketAddress server, RelayCertificate trusted) throws IOException {
        this(server, trusted, "127.0.0.1");
    }

    TlsClient(InetSocketAddress server, RelayCertificate trusted, String from) throws IOException {
        this.trusted = trusted;
        plain.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        plain.connect(server, PATIENCE_MILLIS);
        plain.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(plain.getInputStream());
    }

    /// @param versions TLS versions; if none, those that the JDK enables
    TlsClient handshake(String... versions) throws IOException {
        SSLSocket socket = (SSLSocket) trusted.client().getSocketFactory().createSocket(plain, "relay.test", 25, true);
        if (versions.length > 0) {
            socket.setEnabledProtocols(versions);
        }
        socket.startHandshake();
        secured = socket;
        in = new BufferedInputStream(socket.getInputStream());
        return this;
    }

    /// Begins another handshake in the connection, which is possible only in TLS 1.2 and older.
    void handshakeAgain() throws IOException {
        if (secured == null) {
            throw new AssertionError("no TLS yet");
        }
        secured.startHandshake();
    }

    TlsClient startTls(String... versions) throws IOException {
        expect("220 ");
        say("EHLO printer", "250");
        say("STARTTLS", "220 ");
        return handshake(versions);
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] octets) throws IOException {
        (secured == null ? plain : secured).getOutputStream().write(octets);
    }

    String reply() throws IOException {
        StringBuilder line = new StringBuilder();
        do {
            line.setLength(0);
            for (int octet = in.read(); octet != '\n'; octet = in.read()) {
                if (octet < 0) {
                    throw new IOException("closed after \"" + line + "\"");
                }
                line.append((char) octet);
            }
        } while (line.length() > 3 && line.charAt(3) == '-');
        return line.toString().strip();
    }

    void expect(String beginning) throws IOException {
        String reply = reply();
        if (!reply.startsWith(beginning)) {
            throw new AssertionError("not " + beginning + " but " + reply);
        }
    }

    void say(String command, String expected) throws IOException {
        send(command + "\r\n");
        expect(expected);
    }

    void sendMessage() throws IOException {
        say("EHLO printer", "250");
        say("MAIL FROM:<scan@device.test>", "250 ");
        say("RCPT TO:<boss@contoso.test>", "250 ");
        say("DATA", "354 ");
        say("hello\r\n.", "250 2.0.0 Queued as ");
    }

    X509Certificate certificate() throws IOException {
        return (X509Certificate) session().getPeerCertificates()[0];
    }

    String version() {
        return session().getProtocol();
    }

    private SSLSession session() {
        if (secured == null) {
            throw new AssertionError("no TLS yet");
        }
        return secured.getSession();
    }

    /// Ends TLS on the client's side, and continues to read; the TCP connection stays open.
    void endTls() throws IOException {
        if (secured != null) {
            secured.shutdownOutput();
        }
    }

    /// @return -1 at the end of the connection
    int read() throws IOException {
        return in.read();
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }
}
