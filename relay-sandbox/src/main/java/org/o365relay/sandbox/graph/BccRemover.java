package org.o365relay.sandbox.graph;

import java.io.IOException;
import java.io.OutputStream;

/// Copies a message without its Bcc fields; all other octets stay unchanged.
final class BccRemover {

    private static final byte[] NAME = {'b', 'c', 'c', ':'};

    private BccRemover() {}

    static void copyWithoutBcc(byte[] content, OutputStream out) throws IOException {
        int position = 0;
        boolean inBcc = false;
        while (position < content.length) {
            int end = endOfLine(content, position);
            if (isBlank(content, position, end)) {
                break;
            }
            boolean continuation = content[position] == ' ' || content[position] == '\t';
            inBcc = continuation ? inBcc : isBcc(content, position);
            if (!inBcc) {
                out.write(content, position, end - position);
            }
            position = end;
        }
        out.write(content, position, content.length - position);
    }

    private static int endOfLine(byte[] content, int start) {
        int position = start;
        while (position < content.length && content[position] != '\n') {
            position++;
        }
        return Math.min(position + 1, content.length);
    }

    private static boolean isBlank(byte[] content, int start, int end) {
        return content[start] == '\n' || (content[start] == '\r' && end - start == 2);
    }

    private static boolean isBcc(byte[] content, int start) {
        for (int i = 0; i < NAME.length; i++) {
            if (start + i >= content.length || Character.toLowerCase(content[start + i]) != NAME[i]) {
                return false;
            }
        }
        return true;
    }
}
