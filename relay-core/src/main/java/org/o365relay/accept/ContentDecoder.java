package org.o365relay.accept;

import java.io.ByteArrayOutputStream;

/// Finds the end of the content and takes out the dots that the client put in (RFC 5321 §4.5.2). Everything
/// else passes unchanged, and it makes no difference how the bytes are cut into packets.
///
/// Whose lines end in CRLF ends its content only with CRLF "." CRLF; anything less is content, so that no
/// second message can be smuggled in behind it. Whose command lines end in a bare LF is a different kind of
/// client: its content lines do so too, and LF "." LF is all it will ever send.
final class ContentDecoder {

    private enum State {
        LINE_START,
        IN_LINE,
        AFTER_CR,
        DOT,
        DOT_CR
    }

    private final boolean bareLineFeeds;
    private State state = State.LINE_START;

    /// @param bareLineFeeds whether the client ended its DATA command with a bare LF
    ContentDecoder(boolean bareLineFeeds) {
        this.bareLineFeeds = bareLineFeeds;
    }

    /// Decodes up to the final dot's line end.
    ///
    /// @param content where the content goes
    /// @return how many octets of the input were taken if the end was found among them, else -1 and all were
    ///     taken
    int decode(byte[] input, int offset, int length, ByteArrayOutputStream content) {
        int end = offset + length;
        int copied = offset; // input up to here has been dealt with
        for (int i = offset; i < end; i++) {
            byte b = input[i];
            switch (state) {
                case IN_LINE -> {
                    while (b != '\r' && b != '\n' && i + 1 < end) {
                        b = input[++i]; // most octets are of no interest
                    }
                    if (b == '\r') {
                        state = State.AFTER_CR;
                    } else if (b == '\n' && bareLineFeeds) {
                        state = State.LINE_START;
                    }
                }
                case AFTER_CR -> {
                    if (b == '\n') {
                        state = State.LINE_START;
                    } else if (b != '\r') {
                        state = State.IN_LINE;
                    }
                }
                case LINE_START -> {
                    if (b == '.') {
                        content.write(input, copied, i - copied);
                        copied = i + 1; // the dot is the client's, or the final one
                        state = State.DOT;
                    } else {
                        state = afterOrdinary(b);
                    }
                }
                case DOT -> {
                    if (b == '\r') {
                        copied = i + 1; // may belong to the final dot
                        state = State.DOT_CR;
                    } else if (b == '\n' && bareLineFeeds) {
                        return i + 1 - offset;
                    } else {
                        state = afterOrdinary(b);
                    }
                }
                case DOT_CR -> {
                    if (b == '\n') {
                        return i + 1 - offset;
                    }
                    content.write('\r'); // it did not belong to the final dot
                    copied = i;
                    state = b == '\r' ? State.AFTER_CR : State.IN_LINE;
                }
            }
        }
        if (copied < end) {
            content.write(input, copied, end - copied);
        }
        return -1;
    }

    private State afterOrdinary(byte b) {
        if (b == '\r') {
            return State.AFTER_CR;
        }
        return b == '\n' && bareLineFeeds ? State.LINE_START : State.IN_LINE;
    }
}
