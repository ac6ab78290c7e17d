package org.o365relay.accept;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.accept.tls.OldTls;
import org.o365relay.accept.tls.RelayCertificate;
import org.o365relay.deliver.smtp.SmtpUpstream;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.identity.Credential;

/// A process in which old TLS is enabled for devices, with an upstream that supports only one TLS version and
/// cipher and, optionally, only one signature scheme. Each line of its input names them.
final class OldUpstream {

    private OldUpstream() {}

    public static void main(String[] arguments) throws Exception {
        OldTls.allow();
        RelayCertificate certificate = RelayCertificate.fresh(Algorithm.rsa2048);
        CertificateFiles files = certificate.in(Path.of(arguments[0]));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.bundle().toKeyManagerFactory().getKeyManagers(), null, null);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            System.out.println("RESULT " + result(order.split(" ", -1), context, files.certificate()));
        }
    }

    private static String result(String[] order, SSLContext context, Path trusted) throws Exception {
        try (SSLServerSocket server = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            server.setEnabledProtocols(new String[] {order[0]});
            server.setEnabledCipherSuites(new String[] {order[1]});
            if (order.length > 2) {
                SSLParameters parameters = server.getSSLParameters();
                parameters.setSignatureSchemes(new String[] {order[2]});
                server.setSSLParameters(parameters);
            }
            CompletableFuture<String> seen = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> seen.complete(handshake(server)));
            try (SmtpUpstream upstream =
                    new SmtpUpstream(settings(server.getLocalPort(), trusted), new Credential.None())) {
                upstream.check();
            }
            return seen.join();
        }
    }

    private static String handshake(SSLServerSocket server) {
        try (SSLSocket socket = (SSLSocket) server.accept()) {
            socket.startHandshake();
            return socket.getSession().getProtocol();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static SmtpUpstreamSettings settings(int port, Path trusted) {
        Duration patience = Duration.ofSeconds(10);
        return new SmtpUpstreamSettings(
                "localhost", port, Tls.IMPLICIT, trusted, 1, patience, patience, patience, patience, "relay.test");
    }
}
