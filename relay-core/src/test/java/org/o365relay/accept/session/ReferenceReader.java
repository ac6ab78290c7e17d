package org.o365relay.accept.session;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// What comes after DATA, read octet by octet with the whole stream at hand: slow, and plain enough to be seen to
/// be right. [ContentDecoder] must come to the same, however the stream is cut into packets.
final class ReferenceReader {

    /// @param content what is known of the content, without the dots that the client put in; a character an octet
    /// @param end where the command stream goes on; -1 if the final dot has not come
    record Content(String content, int end) {}

    private ReferenceReader() {}

    /// @param bareLineFeeds whether a bare LF ends a line
    static Content read(byte[] stream, boolean bareLineFeeds) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (int i = 0; i < stream.length; i++) {
            boolean dotFirst = stream[i] == '.' && isLineBegin(stream, i, bareLineFeeds);
            if (!dotFirst) {
                content.write(stream[i]);
            } else if (has(stream, i + 1, "\r\n")) {
                return new Content(content.toString(StandardCharsets.ISO_8859_1), i + 3);
            } else if (bareLineFeeds && has(stream, i + 1, "\n")) {
                return new Content(content.toString(StandardCharsets.ISO_8859_1), i + 2);
            } else if (has(stream, i + 1, "\r") && i + 2 == stream.length) {
                break; // perhaps the final dot
            }
        }
        return new Content(content.toString(StandardCharsets.ISO_8859_1), -1);
    }

    private static boolean isLineBegin(byte[] stream, int at, boolean bareLineFeeds) {
        return at == 0 || (stream[at - 1] == '\n' && (bareLineFeeds || (at > 1 && stream[at - 2] == '\r')));
    }

    private static boolean has(byte[] stream, int at, String octets) {
        for (int i = 0; i < octets.length(); i++) {
            if (at + i >= stream.length || stream[at + i] != octets.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
