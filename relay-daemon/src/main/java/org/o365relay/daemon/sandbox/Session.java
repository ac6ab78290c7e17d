package org.o365relay.daemon.sandbox;

import java.net.InetSocketAddress;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// What one connection has come to so far.
final class Session {

    private final InetSocketAddress client;
    private String helo = "";
    private @Nullable SSLSession tls;
    private @Nullable Account account;

    Session(InetSocketAddress client) {
        this.client = client;
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
    Account account() {
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

    void signedIn(Account who) {
        account = who;
    }
}
