package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message the sandbox has answered with 250 or 202, or would have.
///
/// @param number 1 for the first this sandbox accepts since it was started
/// @param envelopeFrom the reverse-path without brackets, empty for `<>`; with Graph the mailbox
/// @param envelopeTo the accepted recipients in the order given; with Graph those of To, Cc and Bcc
/// @param user the mailbox that was signed in to; empty at the MX
/// @param mechanism the AUTH mechanism, `LOGIN` or `XOAUTH2`; with Graph `Bearer`; empty at the MX
/// @param tls the protocol, such as `TLSv1.3`; empty for none
/// @param cipher the cipher suite; empty for none
/// @param client who was connected
/// @param helo what the client called itself; empty with Graph
/// @param receivedAt when the content had been received
/// @param from the `From` field, unfolded and decoded for reading; with Graph the mailbox if there is none
/// @param messageId the `Message-ID` field with its brackets; null if there is none
/// @param size octets of content, without dot-stuffing
/// @param file where the content is; null if contents are not kept
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

    /// The content as it came over the wire, without dot-stuffing.
    ///
    /// @throws IllegalStateException if contents are not kept
    public byte[] content() throws IOException {
        if (file == null) {
            throw new IllegalStateException("this sandbox keeps no contents");
        }
        return Files.readAllBytes(file);
    }
}
