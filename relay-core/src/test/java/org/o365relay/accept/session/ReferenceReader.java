package org.o365relay.accept.session;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Reads the content after DATA octet by octet from the complete stream: slow, but so simple that it is
/// obviously right. [ContentDecoder] must return the same, however the stream is split into packets.
final class ReferenceReader {

    /// @param content the content so far without dot-stuffing, with one character per octet
    /// @param end position of the next command; -1 if the final dot has not been read
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
