package org.o365relay.bench.load;

import java.nio.ByteBuffer;

/// Extracts reply codes (RFC 5321 §4.2.1) from input that may be split at any octet.
final class ReplyDecoder {

    private int column;
    private int code;
    private boolean last;

    /// Consumes input up to the end of one reply.
    ///
    /// @return the reply code; 0 if the reply is incomplete
    int next(ByteBuffer input) {
        while (input.hasRemaining()) {
            byte octet = input.get();
            if (octet == '\n') {
                boolean complete = last;
                column = 0;
                if (complete) {
                    return code;
                }
            } else {
                accept(octet);
            }
        }
        return 0;
    }

    void reset() {
        column = 0;
    }

    private void accept(byte octet) {
        if (column == 0) {
            code = 0;
            last = true;
        }
        if (column < 3) {
            code = code * 10 + (octet - '0');
        } else if (column == 3) {
            last = octet != '-';
        }
        column++;
    }
}
