package org.o365relay.daemon.demo;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.o365relay.mail.Secret;

/// The settings of the demo's relay.
///
/// @param listen address to listen on; port 0 for any free port
/// @param dataDirectory existing empty directory for the queue and `relay.conf`
/// @param mailbox address of the mailbox; also the user name for authentication
/// @param upstreamHost host name of the upstream, as in its certificate
/// @param trustedCertificates PEM file with the certificate of the upstream
public record DemoRelaySettings(
        InetSocketAddress listen,
        Path dataDirectory,
        String mailbox,
        Secret password,
        String upstreamHost,
        int upstreamPort,
        Path trustedCertificates) {}
