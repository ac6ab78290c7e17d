package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.o365relay.mail.Reply;
import org.o365relay.net.CertifiedKey;
import org.o365relay.net.OutgoingTls;
import org.o365relay.net.ServerTrust;

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

    /// Opens a connection and signs in. If the server refuses the IP version, tries the other one at once.
    ///
    /// @param findings receives the result of each step
    Connection connect(SaslLogin login, List<Finding> findings) throws AttemptAbortedException {
        Socket socket = dial(findings);
        InetAddress address = socket.getInetAddress();
        try {
            return signedIn(socket, login, findings);
        } catch (AttemptAbortedException e) {
            if (dialer.changesVersion(address, e.response())) {
                return signedIn(dial(findings), login, findings);
            }
            throw e;
        }
    }

    private Connection signedIn(Socket socket, SaslLogin login, List<Finding> findings) throws AttemptAbortedException {
        InetAddress address = socket.getInetAddress();
        try {
            return signIn(connection(socket, login), login, findings);
        } catch (AttemptAbortedException e) {
            if (e.response().step().compareTo(Step.AUTH) < 0) {
                dialer.failed(address);
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

    private Connection signIn(Connection connection, SaslLogin login, List<Finding> findings)
            throws AttemptAbortedException {
        greet(connection, findings);
        if (login instanceof SaslLogin.None) {
            return connection;
        }
        String mechanism = new SignIn(connection).with(login).orElse("");
        if (mechanism.isEmpty()) {
            String offered = String.join(" ", connection.extensions().mechanisms());
            connection.quit();
            throw new AttemptAbortedException(failures.noMechanism(login, offered));
        }
        findings.add(new Finding(Step.AUTH, "signed in as " + login.username() + " with " + mechanism));
        return connection;
    }

    private Connection connection(Socket socket, SaslLogin login) throws AttemptAbortedException {
        Origin origin = login instanceof SaslLogin.None ? Origin.CONNECTOR : Origin.SUBMISSION;
        try {
            return new Connection(socket, clock.instant(), origin, failures);
        } catch (IOException e) {
            close(socket, e);
            throw new AttemptAbortedException(failures.connectionFailure(Step.CONNECT, e, false));
        }
    }

    private static void close(Socket socket, IOException failure) {
        try {
            socket.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /// Greeting, EHLO and TLS.
    private void greet(Connection connection, List<Finding> findings) throws AttemptAbortedException {
        if (settings.tls() == Tls.IMPLICIT) {
            connection.begin(Step.STARTTLS);
            handshake(connection, findings);
        }
        connection.begin(Step.GREETING);
        Reply greeting = connection.required(connection.receive(), 220);
        findings.add(new Finding(Step.GREETING, greeting.toString()));
        if (settings.tls() == Tls.STARTTLS) {
            startTls(connection, greeting, findings);
        }
        ehlo(connection, findings);
    }

    /// Sends EHLO and STARTTLS, and starts TLS. EHLO must be repeated afterwards (RFC 3207 §4.2).
    private void startTls(Connection connection, Reply greeting, List<Finding> findings)
            throws AttemptAbortedException {
        Optional<Reply> ehlo = Optional.empty();
        try {
            ehlo = Optional.of(ehlo(connection, findings));
            if (!connection.offers("STARTTLS")) {
                connection.abort();
                throw new AttemptAbortedException(failures.noStartTls());
            }
            connection.required(connection.exchange(Step.STARTTLS, "STARTTLS"), 220);
        } catch (AttemptAbortedException e) {
            throw SmtpInspection.maskedLine(greeting, ehlo)
                    .filter(_ -> e.response().origin() != Origin.NETWORK)
                    .map(line -> new AttemptAbortedException(failures.smtpInspection(line)))
                    .orElse(e);
        }
        handshake(connection, findings);
    }

    /// Sends EHLO (RFC 5321 §4.1.1.1). HELO is not tried after a refusal, because it offers neither STARTTLS
    /// nor AUTH.
    private Reply ehlo(Connection connection, List<Finding> findings) throws AttemptAbortedException {
        Reply reply = connection.required(connection.exchange(Step.EHLO, "EHLO " + settings.heloName()), 250);
        connection.setExtensions(OfferedExtensions.of(reply));
        findings.add(new Finding(Step.EHLO, "offers " + OfferedExtensions.summary(reply)));
        return reply;
    }

    private void handshake(Connection connection, List<Finding> findings) throws AttemptAbortedException {
        try {
            SSLSession session = connection.wire().startTls(tls, settings.host(), settings.port());
            findings.add(new Finding(Step.STARTTLS, OutgoingTls.summary(session)));
        } catch (IOException e) {
            throw connection.aborted(e);
        }
    }
}
