package org.o365relay.rewrite;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.o365relay.mail.HeaderParser;
import org.o365relay.mail.HeaderSizeLimit;

/// Reads the header of a message with [HeaderParser].
public final class HeaderReader {

    private static final int CHUNK = 8 * 1024;

    private final InputStream in;
    private final HeaderSizeLimit limit;
    private int length;

    /// A received message, split into header fields and body.
    ///
    /// @param fields the header fields, in the order received
    /// @param body the body as received
    /// @param headerTooLarge whether the header exceeds the size limit; the fields are then incomplete
    record OriginalMessage(List<RawField> fields, InputStream body, boolean headerTooLarge) {

        OriginalMessage {
            fields = List.copyOf(fields);
        }
    }

    HeaderReader(InputStream in) {
        this(in, HeaderSizeLimit.RECEIVED);
    }

    HeaderReader(InputStream in, HeaderSizeLimit limit) {
        this.in = in;
        this.limit = limit;
    }

    /// Reads the `From` field of a message.
    ///
    /// @param maxSize maximum number of header octets to scan for the field
    /// @return the value of the first `From` field, unfolded, one octet per character; empty if there is none
    public static Optional<String> from(InputStream message, int maxSize) throws IOException {
        return new HeaderReader(message, new HeaderSizeLimit(maxSize, HeaderSizeLimit.RECEIVED.fields()))
                .read().fields().stream()
                        .filter(field -> field.is("From"))
                        .findFirst()
                        .map(RawField::value);
    }

    /// @return size of the header in octets, including lines before its first field and the empty line after
    ///     it, if present
    int length() {
        return length;
    }

    OriginalMessage read() throws IOException {
        List<RawField> fields = new ArrayList<>();
        HeaderParser parser =
                new HeaderParser(limit, Integer.MAX_VALUE, (name, text) -> fields.add(new RawField(name, text)));
        byte[] octets = new byte[CHUNK];
        int end = 0;
        while (!parser.hasEnded()) {
            if (end == octets.length) {
                octets = Arrays.copyOf(octets, 2 * end);
            }
            int count = in.read(octets, end, octets.length - end);
            if (count < 0) {
                parser.end();
            } else {
                parser.add(octets, end, end + count);
                end += count;
            }
        }
        length = Math.toIntExact(parser.bodyStart());
        InputStream rest = new ByteArrayInputStream(octets, length, end - length);
        return new OriginalMessage(fields, new SequenceInputStream(rest, in), parser.isTooLarge());
    }
}
