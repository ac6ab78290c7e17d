package org.o365relay.deliver.smtp;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Address, TLS and limits of an SMTP upstream.
///
/// @param host host name of the server or, with [Lookup#MX], the domain; with TLS, the certificate must match
///     the host name of the server
/// @param port port of the server, 1 to 65535
/// @param tls how connections are protected; never weakened at run time, so that no mail is sent to a server
///     without the required TLS
/// @param trustedCertificates PEM file of certificates to trust instead of the system's; null to trust the
///     system's
/// @param connections maximum number of concurrent connections, 1 to 100
/// @param connectTimeout maximum time to open the TCP connection, for all addresses of the server together
/// @param replyTimeout maximum time for each reply except that to the end of the content, for STARTTLS with the
///     TLS handshake, for the whole AUTH exchange, and for each write of the content
/// @param dataTimeout maximum time for the reply to the final dot, or for sending the last BDAT chunk and its
///     reply (RFC 5321 §4.5.3.2.6 recommends at least 10 minutes)
/// @param idleTimeout time after which an idle connection is closed
/// @param heloName host name that the relay sends in EHLO
/// @param lookup whether the host is a server or a domain
/// @param clientCertificate certificate for servers that ask for one; null for none
/// @param localAddress source address of connections; null to let the system choose
/// @param proxy proxy that connections go through; null for direct connections
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
        @Nullable InetAddress localAddress,
        @Nullable SmtpProxy proxy) {

    /// Settings for a host, without a client certificate, source address or proxy.
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
                null,
                null);
    }

    /// @param server host name of one of the mail exchangers of the domain
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
                localAddress,
                proxy);
    }

    /// Whether the host is a server or a domain.
    public enum Lookup {
        /// The host is the server.
        HOST,
        /// The host is a domain; its mail exchangers are the servers (RFC 5321 §5.1).
        MX
    }

    /// Certificate presented to a server that asks for one.
    ///
    /// @param certificate PEM file of the certificate and its intermediate certificates
    /// @param key PEM file of the private key (PKCS #8), not encrypted
    public record ClientCertificate(Path certificate, Path key) {}

    /// How the connection is protected.
    public enum Tls {
        /// STARTTLS (RFC 3207), which the server must offer.
        STARTTLS,
        /// TLS from the first octet, usually on port 465 (RFC 8314 §3.3).
        IMPLICIT,
        /// Plain text, meant for a smarthost on the same machine. Credentials are sent unencrypted.
        NONE
    }

    @Override
    public String toString() {
        return (lookup == Lookup.MX ? "MX of " : "") + host + ":" + port;
    }
}
