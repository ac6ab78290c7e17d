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
    private @Nullable SandboxMailbox account;
    private String mechanism = "";
    private final Instant begin;

    SandboxSession(InetSocketAddress client, Instant begin) {
        this.client = client;
        this.begin = begin;
    }

    Instant begin() {
        return begin;
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
    SandboxMailbox account() {
        return account;
    }

    void greeted(String name) {
        helo = name;
    }

    /// The client starts anew (RFC 3207 §4.2).
    void secured(SSLSession session) {
        tls = session;
        helo = "";
    }

    /// Empty before AUTH.
    String mechanism() {
        return mechanism;
    }

    void signedIn(SandboxMailbox who, String how) {
        account = who;
        mechanism = how;
    }
}
