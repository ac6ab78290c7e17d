package org.o365relay.daemon.demo;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.o365relay.mail.Secret;

/// What the relay of a demonstration is to do.
///
/// @param listen where devices may send to; port 0 for any free one
/// @param dataDirectory for its queue; exists and is empty
/// @param mailbox the mailbox's address and user name
/// @param upstreamHost a name that the upstream's certificate is for
/// @param trustedCertificates a PEM file with that certificate
public record DemoRelaySettings(
        InetSocketAddress listen,
        Path dataDirectory,
        String mailbox,
        Secret password,
        String upstreamHost,
        int upstreamPort,
        Path trustedCertificates) {}
