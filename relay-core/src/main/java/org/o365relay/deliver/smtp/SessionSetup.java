package org.o365relay.deliver.smtp;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.o365relay.mail.Reply;
import org.o365relay.net.CertifiedKey;
import org.o365relay.net.ServerTrust;
import org.o365relay.net.StrongTls;

/// Opens a connection and signs in: DNS lookup, TCP, greeting, EHLO, TLS, AUTH.
final class SessionSetup {

    private final SmtpUpstreamSettings settings;
    private final InstantSource clock;
    private final SSLContext tls;
    private final FailureReplies failures;
    private final Dialer dialer;

    /// @param settings settings of the server; the host must be the server, not a domain
    /// @param clientCertificate certificate and key presented to the server; null for none
    SessionSetup(
            SmtpUpstreamSettings settings,
            @Nullable CertifiedKey clientCertificate,
            Dialer dialer,
            InstantSource clock) {
        this.dialer = dialer;
        this.settings = settings;
        this.clock = clock;
        this.tls = ServerTrust.context(settings.host(), settings.trustedCertificates(), clientCertificate);
        this.failures = new FailureReplies(settings);
    }

    /// @param findings receives the result of each step
    Connection connect(SaslLogin login, List<Finding> findings) throws AttemptAbortedException {
        Connection connection = open(login, findings);
        if (login instanceof SaslLogin.None) {
            return connection;
        }
        String mechanism = connection.transport().mechanism();
        if (mechanism.isEmpty()) {
            connection.quit();
            throw new AttemptAbortedException(failures.noMechanism(login, mechanismsOf(connection)));
        }
        findings.add(new Finding(Step.AUTH, "signed in as " + login.username() + " with " + mechanism));
        return connection;
    }

    /// Opens a connection. If the server refuses the IP version, tries the other one at once.
    private Connection open(SaslLogin login, List<Finding> findings) throws AttemptAbortedException {
        Socket socket = dial(findings);
        InetAddress address = socket.getInetAddress();
        try {
            return open(socket, login, findings);
        } catch (AttemptAbortedException e) {
            if (e.response().step().compareTo(Step.AUTH) < 0) {
                dialer.failed(address);
            }
            if (dialer.changesVersion(address, e.response())) {
                return open(dial(findings), login, findings);
            }
            throw e;
        }
    }

    private Socket dial(List<Finding> findings) throws AttemptAbortedException {
        try {
            return dialer.dial(settings.host(), findings);
        } catch (IOException e) {
            throw new AttemptAbortedException(failures.connectionFailure(Step.CONNECT, e, false));
        }
    }

    private Connection open(Socket socket, SaslLogin login, List<Finding> findings) throws AttemptAbortedException {
        LayeredTls layeredTls = new LayeredTls(socket, tls.getSocketFactory());
        Session session = Session.getInstance(properties(layeredTls, login, findings));
        URLName upstream = new URLName("smtp", settings.host(), settings.port(), null, null, null);
        Connection connection = new Connection(
                socket,
                clock.instant(),
                failures,
                onStep -> new AngusTransport(session, upstream, layeredTls, login, onStep, findings));
        try {
            Socket active =
                    settings.tls() == Tls.IMPLICIT ? implicitTls(socket, layeredTls, connection, findings) : socket;
            connection.begin(Step.GREETING);
            connection.transport().connect(active);
            return connection;
        } catch (MessagingException | IOException e) {
            AttemptAbortedException failure = connection.aborted(e);
            throw refusal(connection, login).map(AttemptAbortedException::new).orElse(failure);
        }
    }

    /// @return the upstream's refusal, or a response composed by the relay if the reply was invalid or the
    ///     upstream does not offer a required extension; empty if the connection failed
    private Optional<Response> refusal(Connection connection, SaslLogin login) {
        AngusTransport transport = connection.transport();
        Optional<Reply> reply = Reply.parse(transport.lastReply());
        if (reply.isPresent() && reply.get().category() >= 4) {
            return Optional.of(new Response(connection.step(), reply.get(), Origin.UPSTREAM));
        }
        if (reply.isEmpty() && !transport.lastReply().isEmpty()) {
            return Optional.of(failures.invalidReply(connection.step(), transport.lastReply()));
        }
        if (connection.step() != Step.EHLO || reply.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                settings.tls() == Tls.STARTTLS && !transport.hasSentStartTls()
                        ? failures.noStartTls()
                        : failures.noMechanism(login, mechanismsOf(connection)));
    }

    private static String mechanismsOf(Connection connection) {
        String offered = connection.transport().getExtensionParameter("AUTH");
        return offered == null ? "" : offered;
    }

    /// Starts TLS before the greeting (RFC 8314 §3.3).
    private SSLSocket implicitTls(Socket socket, LayeredTls layeredTls, Connection connection, List<Finding> findings)
            throws IOException {
        connection.begin(Step.STARTTLS);
        SSLSocket secured = (SSLSocket) layeredTls.createSocket(socket, settings.host(), settings.port(), true);
        secured.setSSLParameters(StrongTls.parameters(tls));
        secured.startHandshake();
        findings.add(finding(secured.getSession()));
        return secured;
    }

    private Properties properties(LayeredTls layeredTls, SaslLogin login, List<Finding> findings) {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.localhost", settings.heloName());
        properties.setProperty("mail.smtp.auth", Boolean.toString(login instanceof SaslLogin.Password));
        // Exchange Online offers LOGIN but not PLAIN
        properties.setProperty("mail.smtp.auth.mechanisms", "LOGIN PLAIN");
        properties.setProperty("mail.smtp.quitwait", "false");
        if (settings.tls() == Tls.STARTTLS) {
            properties.setProperty("mail.smtp.starttls.enable", "true");
            properties.setProperty("mail.smtp.starttls.required", "true");
            properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
            properties.setProperty("mail.smtp.ssl.protocols", String.join(" ", StrongTls.versions()));
            properties.setProperty("mail.smtp.ssl.ciphersuites", String.join(" ", StrongTls.ciphers(tls)));
            properties.put("mail.smtp.ssl.socketFactory", layeredTls);
            // runs after the certificate chain and the name were accepted; only records the session
            HostnameVerifier recorder = (_, session) -> findings.add(finding(session));
            properties.put("mail.smtp.ssl.hostnameverifier", recorder);
        }
        return properties;
    }

    private static Finding finding(SSLSession session) {
        return new Finding(Step.STARTTLS, StrongTls.summary(session));
    }
}
