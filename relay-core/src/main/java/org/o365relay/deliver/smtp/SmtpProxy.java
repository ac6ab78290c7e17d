package org.o365relay.deliver.smtp;

import org.o365relay.net.HttpSettings.Proxy;

/// A proxy that connections to an SMTP upstream go through. It looks up the name of the server, and carries the
/// connection unchanged: TLS is between the relay and the server.
///
/// @param server the proxy and, if it requires one, the login
public record SmtpProxy(Type type, Proxy server) {

    /// The protocol of a proxy.
    public enum Type {
        /// HTTP CONNECT (RFC 9110 §9.3.6), with a login by Basic authentication.
        HTTP,
        /// SOCKS version 5 (RFC 1928), with a login by user name and password (RFC 1929).
        SOCKS5
    }

    @Override
    public String toString() {
        return type + " proxy " + server;
    }
}
