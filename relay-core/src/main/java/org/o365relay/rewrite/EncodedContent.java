package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;

/// Checks encoded content, so that content is decoded only if there is no doubt about the result.
final class EncodedContent {

    private static final int BUFFER = 64 * 1024;

    private EncodedContent() {}

    static boolean isValidBase64(InputStream content) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long characters = 0;
        boolean isPadded = false;
        for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
            for (int i = 0; i < count; i++) {
                byte c = buffer[i];
                if (c == '=') {
                    isPadded = true;
                } else if (c != '\r' && c != '\n' && c != ' ' && c != '\t') {
                    if (isPadded || !isBase64(c)) {
                        return false;
                    }
                    characters++;
                }
            }
        }
        return characters % 4 != 1 && !(isPadded && characters % 4 == 0);
    }

    private static boolean isBase64(byte c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    }

    static boolean isValidQuotedPrintable(InputStream content) throws IOException {
        byte[] buffer = new byte[BUFFER];
        int escape = 0; // number of octets since the last '=', if it may belong to an escape
        int previous = '\n';
        for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
            for (int i = 0; i < count; i++) {
                int c = buffer[i];
                boolean isEscaped = escape == 1 ? isHex(c) || c == '\r' : escape != 2 || isEscapeEnd(previous, c);
                boolean isTrailing = c == '\r' && (previous == ' ' || previous == '\t');
                if (!isEscaped || isTrailing) {
                    return false;
                }
                escape = c == '=' && escape == 0 ? 1 : escape == 1 ? 2 : 0;
                previous = c;
            }
        }
        return escape == 0 && previous != ' ' && previous != '\t';
    }

    private static boolean isEscapeEnd(int previous, int c) {
        return previous == '\r' ? c == '\n' : isHex(c);
    }

    private static boolean isHex(int c) {
        return Character.digit(c, 16) >= 0 && c < 0x80;
    }
}
