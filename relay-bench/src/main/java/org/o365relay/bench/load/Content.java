package org.o365relay.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/// The octets sent after DATA: one message of an exact size, followed by the end-of-data line. No line starts
/// with a dot; every line ends with CRLF. The Message-ID can be replaced before each
/// transmission.
///
/// Takes at most about 2 MiB of memory, because a large message repeats one 1 MiB page.
final class Content {

    private static final String HEADERS = """
        From: Scanner <scanner@device.example>
        To: accounts@contoso.example
        Subject: Scan from the second floor
        Date: Sat, 21 Nov 2026 09:00:00 +0000
        %sMIME-Version: 1.0
        Content-Type: text/plain; charset=us-ascii

        """.replace("\n", "\r\n");
    private static final String SAME_ID = "0".repeat(16);
    private static final byte[] HEXADECIMAL = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END_OF_DATA = ".\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LINE = 64;
    private static final int PAGE = 1 << 20;

    private final long size;
    private final int randomAt; // offset of the random digits of the Message-ID; -1 if it does not change
    private final List<ByteBuffer> buffers;

    private Content(long size, int randomAt, List<ByteBuffer> buffers) {
        this.size = size;
        this.randomAt = randomAt;
        this.buffers = buffers;
    }

    /// @param size octets of header and body, without the end-of-data line; at least 512
    static Content ofSize(long size, MessageIds ids) {
        if (size < 512) {
            throw new IllegalArgumentException("a message has at least 512 octets, not " + size);
        }
        String text =
                HEADERS.formatted(ids == MessageIds.NONE ? "" : "Message-ID: <" + SAME_ID + "@device.example>\r\n");
        byte[] headers = text.getBytes(StandardCharsets.US_ASCII);
        long body = size - headers.length;
        int pages = Math.toIntExact(body / PAGE);
        int rest = (int) (body % PAGE);
        if (pages > 0 && rest == 1) {
            throw new IllegalArgumentException("a last line of one octet cannot end with CRLF; use another size");
        }
        List<ByteBuffer> buffers = new ArrayList<>();
        if (pages > 0) {
            buffers.add(direct(headers));
            buffers.addAll(Collections.nCopies(pages, direct(lines(PAGE))));
            buffers.add(direct(lines(rest), END_OF_DATA));
        } else {
            buffers.add(direct(headers, lines(rest), END_OF_DATA));
        }
        int randomAt = ids == MessageIds.RANDOM ? text.indexOf(SAME_ID) : -1;
        return new Content(size, randomAt, List.copyOf(buffers));
    }

    /// The number of octets of header and body.
    long size() {
        return size;
    }

    /// Creates views of the content for one session, each with its own position.
    ByteBuffer[] views() {
        ByteBuffer[] views = buffers.stream().map(ByteBuffer::duplicate).toArray(ByteBuffer[]::new);
        if (randomAt >= 0) {
            views[0] =
                    ByteBuffer.allocateDirect(views[0].capacity()).put(views[0]).flip();
        }
        return views;
    }

    /// Sets a new random Message-ID in the views of a session, if the content was created with
    /// [MessageIds#RANDOM].
    void renewMessageId(ByteBuffer[] views, RandomGenerator random) {
        if (randomAt >= 0) {
            long digits = random.nextLong();
            for (int i = 0; i < SAME_ID.length(); i++) {
                views[0].put(randomAt + i, HEXADECIMAL[(int) (digits >>> (4 * i)) & 0xf]);
            }
        }
    }

    private static byte[] lines(int octets) {
        byte[] text = new byte[octets];
        for (int at = 0; at < octets; at++) {
            text[at] = (byte) ('a' + at % 26);
        }
        for (int end = LINE; end + 1 < octets; end += LINE) {
            endLine(text, end);
        }
        if (octets > 1) {
            endLine(text, octets);
        }
        return text;
    }

    private static void endLine(byte[] text, int end) {
        text[end - 2] = '\r';
        text[end - 1] = '\n';
    }

    private static ByteBuffer direct(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        for (byte[] part : parts) {
            buffer.put(part);
        }
        return buffer.flip();
    }
}
