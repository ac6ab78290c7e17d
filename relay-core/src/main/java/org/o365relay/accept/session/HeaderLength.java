package org.o365relay.accept.session;

/// Finds out while a message is received whether its header exceeds a [size limit][HeaderSizeLimit], without
/// keeping the header in memory. Parses it as the rewriter does ([HeaderScan]); the result does not depend on how the
/// octets are split.
final class HeaderLength {

    /// Longest field name with the white space before its colon, in octets, as in the rewriter.
    private static final int MAX_NAME = 998;

    private enum State {
        LINE_START,
        NAME,
        /// White space between the name of a field and its colon.
        AFTER_NAME,
        /// The rest of a line of a field, or of the mbox line.
        IN_LINE,
        /// One CR that may end a line.
        AFTER_CR,
        /// Several CRs: one line ending if LF follows, otherwise an empty line.
        AFTER_CRS,
        END,
        TOO_LARGE
    }

    private final int limit;
    private final StringBuilder firstLine = new StringBuilder(); // its first characters, at most 6
    private State state = State.LINE_START;
    private long index; // of the current octet
    private long lineStart;
    private boolean inField; // whether a line that begins with white space continues a field

    /// @param limit maximum size in octets, counted as by [HeaderSizeLimit#OCTETS]
    HeaderLength(int limit) {
        this.limit = limit;
    }

    void add(byte[] octets) {
        for (int i = 0; i < octets.length && !isKnown(); i++) {
            state = next(octets[i]);
            index++;
        }
    }

    /// @return whether more octets cannot change the result
    boolean isKnown() {
        return state == State.END || state == State.TOO_LARGE;
    }

    boolean exceedsLimit() {
        return state == State.TOO_LARGE;
    }

    private State next(byte b) {
        if (index < ">From ".length()) {
            firstLine.append((char) b);
        }
        return switch (state) {
            case LINE_START -> lineStart(b);
            case NAME -> isNameOctet(b) && index - lineStart < MAX_NAME ? State.NAME : afterName(b);
            case AFTER_NAME -> afterName(b);
            case IN_LINE -> inLine(b);
            case AFTER_CR -> afterCarriageReturn(b);
            case AFTER_CRS -> afterCarriageReturns(b);
            case END, TOO_LARGE -> state;
        };
    }

    private State lineStart(byte b) {
        lineStart = index;
        if (index > limit) {
            return State.TOO_LARGE;
        }
        if (inField && isWhiteSpace(b)) {
            return inLine(b);
        }
        return isNameOctet(b) ? State.NAME : State.END;
    }

    private State afterName(byte b) {
        if (b == ':') {
            inField = true;
            return inLine(b);
        }
        if (isWhiteSpace(b) && index - lineStart < MAX_NAME) {
            return State.AFTER_NAME;
        }
        return lineStart == 0 && isMboxLine() ? inLine(b) : State.END;
    }

    private boolean isMboxLine() {
        String first = firstLine.toString();
        return first.startsWith("From ") || first.equals(">From ");
    }

    private State inLine(byte b) {
        if (index >= limit) {
            return State.TOO_LARGE;
        }
        return switch (b) {
            case '\r' -> State.AFTER_CR;
            case '\n' -> State.LINE_START;
            default -> State.IN_LINE;
        };
    }

    private State afterCarriageReturn(byte b) {
        return switch (b) {
            case '\n' -> lineEnd();
            case '\r' -> State.AFTER_CRS;
            default -> lineStart(b);
        };
    }

    private State afterCarriageReturns(byte b) {
        if (b == '\n') {
            return lineEnd();
        }
        return b == '\r' && index <= limit ? State.AFTER_CRS : State.END;
    }

    private State lineEnd() {
        return index >= limit ? State.TOO_LARGE : State.LINE_START;
    }

    // RFC 5322 §2.2
    private static boolean isNameOctet(byte b) {
        return b > ' ' && b < 0x7f && b != ':';
    }

    private static boolean isWhiteSpace(byte b) {
        return b == ' ' || b == '\t';
    }
}
