package org.o365relay.deliver.smtp;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Address, TLS and limits of an SMTP upstream.
///
/// @param host host name, which the server's certificate must match unless TLS is [Tls#NONE]
/// @param port 1 to 65535
/// @param tls never weakened at run time: no mail is sent to a server that does not offer it
/// @param trustedCertificates PEM file of certificates to trust instead of the system's; null for the
///     system's
/// @param connections maximum at once, 1 to 100
/// @param connectTimeout for the TCP connection
/// @param replyTimeout for each reply, and for the TLS handshake
/// @param dataTimeout for the reply to the end of the content (RFC 5321 §4.5.3.2.6 asks for 10 minutes)
/// @param idleTimeout after which an unused connection is closed
/// @param heloName of the relay, in EHLO
/// @param lookup whether the host is a server or a domain
/// @param clientCertificate presented to the server; null for none
/// @param localAddress source address of connections; null for the system's choice
public record SmtpUpstreamSettings(
        String host,
        int port,
        Tls tls,
        @Nullable Path trustedCertificates,
        int connections,
        Duration connectTimeout,
        Duration replyTimeout,
        Duration dataTimeout,
        Duration idleTimeout,
        String heloName,
        Lookup lookup,
        @Nullable ClientCertificate clientCertificate,
        @Nullable InetAddress localAddress) {

    /// A server without client certificate and source address.
    public SmtpUpstreamSettings(
            String host,
            int port,
            Tls tls,
            @Nullable Path trustedCertificates,
            int connections,
            Duration connectTimeout,
            Duration replyTimeout,
            Duration dataTimeout,
            Duration idleTimeout,
            String heloName) {
        this(
                host,
                port,
                tls,
                trustedCertificates,
                connections,
                connectTimeout,
                replyTimeout,
                dataTimeout,
                idleTimeout,
                heloName,
                Lookup.HOST,
                null,
                null);
    }

    /// @param server one of the servers of the domain
    SmtpUpstreamSettings withHost(String server) {
        return new SmtpUpstreamSettings(
                server,
                port,
                tls,
                trustedCertificates,
                connections,
                connectTimeout,
                replyTimeout,
                dataTimeout,
                idleTimeout,
                heloName,
                Lookup.HOST,
                clientCertificate,
                localAddress);
    }

    /// Whether the host is a server or a domain.
    public enum Lookup {
        /// The server itself.
        HOST,
        /// A domain, whose servers are its mail exchangers (RFC 5321 §5.1).
        MX
    }

    /// Certificate presented to a server that asks for one.
    ///
    /// @param certificate PEM, with intermediate certificates
    /// @param key PEM (PKCS #8), without a password
    public record ClientCertificate(Path certificate, Path key) {}

    /// How the connection is protected.
    public enum Tls {
        /// STARTTLS, required (RFC 3207).
        STARTTLS,
        /// TLS from the first octet, port 465 (RFC 8314 §3.3).
        IMPLICIT,
        /// Plain text; for a smarthost on the same machine. Credentials would be readable on the wire.
        NONE
    }

    @Override
    public String toString() {
        return (lookup == Lookup.MX ? "MX of " : "") + host + ":" + port;
    }
}
