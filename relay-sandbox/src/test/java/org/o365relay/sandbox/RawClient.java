package org.o365relay.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// An SMTP client that sends only what the test sends.
final class RawClient implements AutoCloseable {

    private final Sandbox sandbox;
    private final Socket plain;
    private Socket socket;
    private final String greeting;

    private RawClient(Sandbox sandbox, Socket socket) throws IOException {
        this.sandbox = sandbox;
        this.plain = socket;
        this.socket = socket;
        socket.setSoTimeout(10_000);
        this.greeting = reply();
    }

    static RawClient connect(Sandbox sandbox) throws IOException {
        return connect(sandbox, sandbox.address());
    }

    static RawClient connectToMx(Sandbox sandbox) throws IOException {
        return connect(sandbox, sandbox.mxAddress());
    }

    private static RawClient connect(Sandbox sandbox, InetSocketAddress address) throws IOException {
        return new RawClient(sandbox, new Socket(address.getAddress(), address.getPort()));
    }

    /// Runs the dialogue up to AUTH.
    static RawClient signedIn(Sandbox sandbox, String user, String password) throws IOException {
        RawClient client = secured(sandbox);
        client.say("AUTH LOGIN " + base64(user));
        String reply = client.say(base64(password));
        if (!reply.startsWith("235")) {
            throw new IOException("not signed in: " + reply);
        }
        return client;
    }

    /// Runs the dialogue up to the second EHLO.
    static RawClient secured(Sandbox sandbox) throws IOException {
        RawClient client = connect(sandbox);
        client.say("EHLO test");
        client.say("STARTTLS");
        client.shakeHands();
        client.say("EHLO test");
        return client;
    }

    void timeOutAfter(Duration time) throws IOException {
        plain.setSoTimeout(Math.toIntExact(time.toMillis()));
    }

    String greeting() {
        return greeting;
    }

    String say(String line) throws IOException {
        send(line + "\r\n");
        return reply();
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
        socket.getOutputStream().flush();
    }

    /// @return the whole reply, lines separated by LF
    String reply() throws IOException {
        StringBuilder reply = new StringBuilder();
        String line = line();
        while (line.length() > 3 && line.charAt(3) == '-') {
            reply.append(line).append('\n');
            line = line();
        }
        return reply.append(line).toString();
    }

    void shakeHands() throws IOException {
        shakeHands(trust());
    }

    void shakeHands(SSLContext context) throws IOException {
        SSLSocket encrypted =
                (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
        SSLParameters parameters = encrypted.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        encrypted.setSSLParameters(parameters);
        encrypted.startHandshake();
        socket = encrypted;
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }

    private SSLContext trust() throws IOException {
        return trusting(sandbox.trustedCertificates());
    }

    static SSLContext trusting(Path pem, KeyManager... own) throws IOException {
        try (InputStream in = Files.newInputStream(pem)) {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "sandbox", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.length == 0 ? null : own, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int octet = socket.getInputStream().read();
        while (octet != '\n') {
            if (octet < 0) {
                throw new EOFException("the sandbox has closed the connection");
            }
            line.write(octet);
            octet = socket.getInputStream().read();
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }
}
