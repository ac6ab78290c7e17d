package org.o365relay.accept.session;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.o365relay.mail.HeaderParser.UnfinishedLine;

/// A number that identifies the content of a message: equal for the same content, and equal for different
/// contents only by chance (two independent checksums of 32 bits). Checksums are used because they cost almost
/// nothing. They can be forged: a client that knows another message in advance, and sends to the same
/// recipients first, can make Exchange drop it.
final class ContentFingerprint {

    /// Fields that servers on the way add: they differ if a client repeats a message through another server.
    private static final Set<String> TRACE =
            Set.of("received", "return-path", "delivered-to", "x-original-to", "dkim-signature");

    private final CRC32 high = new CRC32();
    private final CRC32C low = new CRC32C();

    /// Adds a field, unless it is a trace field.
    ///
    /// @param name the name in lower case
    /// @param text the whole field, one octet per character
    void addField(String name, String text) {
        if (!TRACE.contains(name)) {
            add(text.getBytes(StandardCharsets.ISO_8859_1), 0);
        }
    }

    /// Adds the octets that belong to the body.
    ///
    /// @param bodyStart index of the beginning of the body in these octets; negative if it began before them
    void addBody(byte[] octets, long bodyStart) {
        add(octets, (int) Math.clamp(bodyStart, 0L, octets.length));
    }

    /// Adds octets of the body that arrived before the end of the header was known.
    ///
    /// @param count number of octets to add: the last ones of the line and its CRs
    void addEnd(UnfinishedLine unfinished, long count) {
        byte[] line = unfinished.text().getBytes(StandardCharsets.ISO_8859_1);
        add(line, line.length - (int) Math.clamp(count - unfinished.carriageReturns(), 0L, line.length));
        for (long left = Math.min(count, unfinished.carriageReturns()); left > 0; left--) {
            high.update('\r');
            low.update('\r');
        }
    }

    private void add(byte[] octets, int from) {
        high.update(octets, from, octets.length - from);
        low.update(octets, from, octets.length - from);
    }

    long value() {
        return high.getValue() << Integer.SIZE | low.getValue();
    }
}
