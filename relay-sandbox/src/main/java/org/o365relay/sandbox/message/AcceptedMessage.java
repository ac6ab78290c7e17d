package org.o365relay.sandbox.message;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message that the sandbox accepted. The client received 250 (SMTP) or 202 (Graph), unless a fault
/// replaced the reply.
///
/// @param number sequence number since the start of the sandbox, from 1
/// @param envelopeFrom reverse-path without angle brackets; empty for `<>`; for Graph, the mailbox
/// @param envelopeTo accepted recipients in the order given; for Graph, those in To, Cc and Bcc
/// @param user authenticated mailbox; empty at the MX
/// @param mechanism AUTH mechanism, `LOGIN` or `XOAUTH2`; for Graph, `Bearer`; empty at the MX
/// @param tls TLS version, such as `TLSv1.3`; empty without TLS
/// @param cipher cipher suite; empty without TLS
/// @param client address and port of the SMTP or HTTPS client
/// @param helo argument of EHLO or HELO; empty for Graph
/// @param receivedAt time at which the message was accepted, after its content had been received and any
///     rate-limit delay had passed
/// @param from first `From` field, unfolded and decoded; if there is none, the envelope sender or, for Graph,
///     the mailbox
/// @param messageId `Message-ID` field with its angle brackets; null if there is none
/// @param size size of the content in octets, without dot-stuffing
/// @param file file with the content; null if contents are not kept
public record AcceptedMessage(
        int number,
        Ingress ingress,
        String envelopeFrom,
        List<String> envelopeTo,
        String user,
        String mechanism,
        String tls,
        String cipher,
        InetSocketAddress client,
        String helo,
        Instant receivedAt,
        String from,
        @Nullable String subject,
        @Nullable String messageId,
        long size,
        @Nullable Path file) {

    public AcceptedMessage {
        envelopeTo = List.copyOf(envelopeTo);
    }

    /// Reads the content: for SMTP, as received, without dot-stuffing; for Graph, the MIME message without Bcc.
    ///
    /// @throws IllegalStateException if contents are not kept
    public byte[] content() throws IOException {
        if (file == null) {
            throw new IllegalStateException("this sandbox does not keep message contents");
        }
        return Files.readAllBytes(file);
    }
}
