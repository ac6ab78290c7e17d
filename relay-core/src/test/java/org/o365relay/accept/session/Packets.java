package org.o365relay.accept.session;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.IntSupplier;

/// A byte stream in packets, as the network delivers it. Throws plain errors, because assertions are too slow
/// for millions of streams.
public final class Packets {

    private static final String LIKELY = "\r\n\r\n..\0x";

    private Packets() {}

    /// @return octets of which most are CR, LF, dot and NUL
    public static byte[] stream(Random random, int length) {
        byte[] stream = new byte[length];
        for (int i = 0; i < length; i++) {
            boolean any = random.nextInt(16) == 0;
            stream[i] = (byte) (any ? random.nextInt(256) : LIKELY.charAt(random.nextInt(LIKELY.length())));
        }
        return stream;
    }

    /// One packet per line, as from a client that waits for each reply.
    public static IntSupplier lines(byte[] stream) {
        return new IntSupplier() {
            private int at;

            @Override
            public int getAsInt() {
                int from = at;
                do {
                    at++;
                } while (at < stream.length && stream[at - 1] != '\n');
                return at - from;
            }
        };
    }

    /// Decodes the stream in two packets.
    static void check(byte[] stream, boolean bareLineFeeds, ReferenceReader.Content expected, int first) {
        check(stream, bareLineFeeds, expected, new IntSupplier() {
            private int length = first;

            @Override
            public int getAsInt() {
                int next = length;
                length = stream.length - first;
                return next;
            }
        });
    }

    /// @param packets supplies the length of each packet; 0 is an empty one, and a length beyond the end is the
    ///     rest
    static void check(byte[] stream, boolean bareLineFeeds, ReferenceReader.Content expected, IntSupplier packets) {
        ContentDecoder decoder = new ContentDecoder(bareLineFeeds);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        int end = -1;
        int offset = 0;
        while (end < 0 && offset < stream.length) {
            int length = Math.min(packets.getAsInt(), stream.length - offset);
            int taken = decoder.decode(stream, offset, offset + length, content);
            end = taken < 0 ? -1 : offset + taken;
            offset += length;
        }
        String read = content.toString(StandardCharsets.ISO_8859_1);
        if (end != expected.end() || !read.equals(expected.content())) {
            throw new AssertionError("of " + shown(stream) + " the decoder reads " + read.length() + " octets up to "
                    + end + " instead of " + expected.content().length() + " up to " + expected.end());
        }
    }

    private static String shown(byte[] octets) {
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        return '«' + text.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0") + '»';
    }
}
