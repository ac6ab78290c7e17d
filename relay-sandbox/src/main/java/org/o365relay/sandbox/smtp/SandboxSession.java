package org.o365relay.sandbox.smtp;

import java.net.InetSocketAddress;
import java.time.Instant;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// The state of one SMTP connection.
final class SandboxSession {

    private final InetSocketAddress client;
    private String helo = "";
    private @Nullable SSLSession tls;
    private @Nullable SandboxMailbox mailbox;
    private String mechanism = "";
    private final Instant startedAt;

    SandboxSession(InetSocketAddress client, Instant startedAt) {
        this.client = client;
        this.startedAt = startedAt;
    }

    Instant startedAt() {
        return startedAt;
    }

    InetSocketAddress client() {
        return client;
    }

    /// The argument of EHLO or HELO, or `?` if it had none; empty before the client has sent one, and after
    /// STARTTLS.
    String helo() {
        return helo;
    }

    @Nullable
    SSLSession tls() {
        return tls;
    }

    @Nullable
    SandboxMailbox mailbox() {
        return mailbox;
    }

    void greeted(String name) {
        helo = name;
    }

    /// Discards the EHLO argument, because the client must send EHLO again (RFC 3207 §4.2).
    void upgradedToTls(SSLSession session) {
        tls = session;
        helo = "";
    }

    /// The AUTH mechanism; empty until authentication succeeds.
    String mechanism() {
        return mechanism;
    }

    void authenticated(SandboxMailbox newMailbox, String newMechanism) {
        mailbox = newMailbox;
        mechanism = newMechanism;
    }
}
