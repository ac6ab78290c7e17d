package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message the sandbox has answered with 250, or would have.
///
/// @param number 1 for the first this sandbox accepts since it was started
/// @param envelopeFrom the reverse-path without brackets, empty for `<>`
/// @param envelopeTo the accepted recipients in the order given
/// @param user who signed in
/// @param mechanism the AUTH mechanism, `LOGIN`
/// @param tls the protocol, such as `TLSv1.3`
/// @param cipher the cipher suite
/// @param client who was connected
/// @param helo what the client called itself
/// @param receivedAt when the content had been received
/// @param from the `From` field, unfolded and decoded for reading
/// @param messageId the `Message-ID` field with its brackets; null if there is none
/// @param size octets of content, without dot-stuffing
/// @param file where the content is; null if contents are not kept
public record Accepted(
        int number,
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

    public Accepted {
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
