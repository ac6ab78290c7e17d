package org.o365relay.accept;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// A device in a process of its own, with the TLS settings in each line of its input: the port, its own
/// address, the version and, optionally, a cipher and the only signature scheme that it accepts. With a second
/// argument, it does not send the list of schemes that it accepts.
final class OldDevice {

    private OldDevice() {}

    public static void main(String[] arguments) throws Exception {
        Security.setProperty("jdk.tls.disabledAlgorithms", "SSLv3");
        if (arguments.length > 1) {
            System.setProperty("jdk.tls.client.disableExtensions", "signature_algorithms");
        }
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            System.out.println("RESULT " + result(order.split(" ", -1), Path.of(arguments[0], "relay.pem")));
        }
    }

    private static String result(String[] order, Path trusted) throws Exception {
        SSLContext context = context(trusted);
        Socket plain = new Socket();
        plain.bind(new InetSocketAddress(InetAddress.ofLiteral(order[1]), 0));
        plain.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(order[0])));
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "relay.test", 25, true)) {
            socket.setEnabledProtocols(new String[] {order[2]});
            if (order.length > 3) {
                socket.setEnabledCipherSuites(new String[] {order[3]});
            }
            if (order.length > 4) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setSignatureSchemes(new String[] {order[4]});
                socket.setSSLParameters(parameters);
            }
            socket.startHandshake();
            byte[] greeting = socket.getInputStream().readNBytes(3);
            return socket.getSession().getProtocol() + " " + new String(greeting, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static SSLContext context(Path trusted) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(trusted)) {
            store.setCertificateEntry(
                    "relay", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
