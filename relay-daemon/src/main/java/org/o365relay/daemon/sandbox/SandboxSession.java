package org.o365relay.daemon.sandbox;

import java.net.InetSocketAddress;
import java.time.Instant;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// What one connection has come to so far.
final class SandboxSession {

    private final InetSocketAddress client;
    private String helo = "";
    private @Nullable SSLSession tls;
    private @Nullable SandboxMailbox mailbox;
    private String mechanism = "";
    private final Instant startedAt;

    SandboxSession(InetSocketAddress client, Instant begin) {
        this.client = client;
        this.startedAt = begin;
    }

    Instant startedAt() {
        return startedAt;
    }

    InetSocketAddress client() {
        return client;
    }

    /// Empty before EHLO or HELO.
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

    /// The client starts anew (RFC 3207 §4.2).
    void upgradedToTls(SSLSession session) {
        tls = session;
        helo = "";
    }

    /// Empty before AUTH.
    String mechanism() {
        return mechanism;
    }

    void authenticated(SandboxMailbox who, String how) {
        mailbox = who;
        mechanism = how;
    }
}
