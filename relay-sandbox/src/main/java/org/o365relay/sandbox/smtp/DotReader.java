package org.o365relay.sandbox.smtp;

import org.o365relay.sandbox.message.SpooledContent;

/// Finds the end of DATA content and removes dot-stuffing, regardless of how the octets are split into reads.
///
/// Only CRLF ends a line; a bare LF is part of the content and is reported to the [SpooledContent], so that the
/// message is refused.
final class DotReader {

    private enum State {
        LINE_START,
        TEXT,
        DOT,
        DOT_CR,
        DONE
    }

    private static final byte[] CR = {'\r'};

    private final SpooledContent body;
    private State state = State.LINE_START;
    private byte previous;

    DotReader(SpooledContent body) {
        this.body = body;
    }

    boolean done() {
        return state == State.DONE;
    }

    /// @return position of the first unread octet: `end`, or the position after the final dot line
    int read(byte[] octets, int start, int end) {
        int position = start;
        while (position < end && state != State.DONE) {
            position = switch (state) {
                case LINE_START -> lineStart(octets, position);
                case TEXT -> text(octets, position, end);
                case DOT -> dot(octets, position);
                case DOT_CR -> dotCr(octets, position);
                case DONE -> position;
            };
        }
        return position;
    }

    private int lineStart(byte[] octets, int position) {
        boolean dot = octets[position] == '.';
        state = dot ? State.DOT : State.TEXT;
        previous = 0;
        return dot ? position + 1 : position;
    }

    /// Copies octets to the body up to the next line that begins with a dot, or to `end`.
    private int text(byte[] octets, int start, int end) {
        int position = start;
        while (position < end) {
            byte octet = octets[position++];
            if (octet == '\n') {
                byte before = position - 2 >= start ? octets[position - 2] : previous;
                if (before != '\r') {
                    body.markBareLf();
                } else if (position == end || octets[position] == '.') {
                    state = State.LINE_START;
                    break;
                }
            }
        }
        body.write(octets, start, position - start);
        previous = octets[position - 1];
        return position;
    }

    private int dot(byte[] octets, int position) {
        boolean cr = octets[position] == '\r';
        state = cr ? State.DOT_CR : State.TEXT;
        return cr ? position + 1 : position;
    }

    private int dotCr(byte[] octets, int position) {
        if (octets[position] == '\n') {
            state = State.DONE;
            return position + 1;
        }
        body.write(CR, 0, 1);
        previous = '\r';
        state = State.TEXT;
        return position;
    }
}
