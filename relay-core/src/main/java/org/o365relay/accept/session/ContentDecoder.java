package org.o365relay.accept.session;

import java.io.ByteArrayOutputStream;
import java.util.EnumSet;
import java.util.Set;
import org.o365relay.mail.Deviation;

/// Finds the end of the content, removes dot-stuffing (RFC 5321 §4.5.2), and detects deviations in its lines
/// in one pass. All other octets are unchanged. The result does not depend on how the octets are split into
/// packets.
///
/// Unless a bare LF may end a line, only CRLF "." CRLF ends the content, which prevents SMTP smuggling. If a
/// bare LF may end a line, dot-stuffing and the final dot are recognized after it, too. A bare CR never ends a
/// line.
final class ContentDecoder {

    // RFC 5321 §4.5.3.1.6, without CRLF
    private static final int MAX_LINE = 998;

    private enum State {
        LINE_START,
        IN_LINE,
        AFTER_CR,
        DOT,
        DOT_CR,
        END
    }

    private final boolean bareLineFeeds;
    private final boolean dotStuffing;
    private final Set<Deviation> deviations = EnumSet.noneOf(Deviation.class);
    private State state = State.LINE_START;
    private int lineOctets; // octets of the current line decoded in earlier calls; at most MAX_LINE + 1
    private boolean afterBareLineFeed;
    private boolean hasNonstandardEnd;

    /// @param bareLineFeeds whether a bare LF ends a line: the client ended its DATA command with one, or its
    ///     network accepts [Deviation#NONSTANDARD_END_OF_DATA]
    ContentDecoder(boolean bareLineFeeds) {
        this(bareLineFeeds, true);
    }

    private ContentDecoder(boolean bareLineFeeds, boolean dotStuffing) {
        this.bareLineFeeds = bareLineFeeds;
        this.dotStuffing = dotStuffing;
    }

    /// A decoder for BDAT content (RFC 3030 §2), without dot-stuffing and without a final dot.
    static ContentDecoder forChunks() {
        return new ContentDecoder(false, false);
    }

    /// Decodes octets up to the final dot and its line ending.
    ///
    /// @param end index after the last octet to decode
    /// @param content receives the decoded octets
    /// @return number of octets consumed up to the end of the content; -1 if all were consumed without reaching
    ///     it
    int decode(byte[] input, int offset, int end, ByteArrayOutputStream content) {
        int copied = offset; // everything before this index is decoded
        int line = offset - lineOctets; // start of the current line; may be negative
        for (int i = offset; i < end; i++) {
            byte b = input[i];
            switch (state) {
                case IN_LINE -> {
                    while (isOrdinary(b) && i + 1 < end) {
                        b = input[++i]; // fast path
                    }
                    state = inLine(b);
                }
                case AFTER_CR -> state = afterCarriageReturn(b);
                case LINE_START -> {
                    state = b == '.' && dotStuffing ? State.DOT : inLine(b);
                    if (state == State.DOT) {
                        content.write(input, copied, i - copied);
                        copied = i + 1; // skips a stuffed or final dot
                        line = i + 1;
                    }
                }
                case DOT -> {
                    state = afterDot(b);
                    copied = state == State.DOT_CR ? i + 1 : copied; // a CR may belong to the final dot
                }
                case DOT_CR -> {
                    state = afterDotCarriageReturn(b, content);
                    copied = state == State.END ? copied : i;
                }
                case END -> throw new IllegalStateException("the content has ended");
            }
            if (state == State.END) {
                return i + 1 - offset;
            }
            line = b == '\r' || b == '\n' ? endLine(line, i) : line;
        }
        content.write(input, copied, end - copied);
        lineOctets = checkedLength(line, end);
        return -1;
    }

    /// @return deviations found in the lines: [Deviation#BARE_LINE_FEED], [Deviation#BARE_CARRIAGE_RETURN],
    ///     [Deviation#NUL] and [Deviation#LONG_LINE]
    Set<Deviation> deviations() {
        return deviations;
    }

    /// @return whether servers that accept only CRLF as a line ending would not recognize the end of the
    ///     content
    boolean hasNonstandardEnd() {
        return hasNonstandardEnd;
    }

    /// @return false for octets 0 to 13, which include NUL, LF and CR; otherwise true
    private static boolean isOrdinary(byte b) {
        return b > '\r' || b < 0;
    }

    private State afterCarriageReturn(byte b) {
        if (b == '\n') {
            afterBareLineFeed = false;
            return State.LINE_START;
        }
        return afterBareCarriageReturn(b);
    }

    private State afterBareCarriageReturn(byte b) {
        deviations.add(Deviation.BARE_CARRIAGE_RETURN);
        return inLine(b);
    }

    private State afterDot(byte b) {
        if (b == '\r') {
            return State.DOT_CR;
        }
        return b == '\n' && bareLineFeeds ? contentEnd(true) : inLine(b);
    }

    private State afterDotCarriageReturn(byte b, ByteArrayOutputStream content) {
        if (b == '\n') {
            return contentEnd(afterBareLineFeed);
        }
        content.write('\r'); // the CR after the dot did not belong to a final dot
        return afterBareCarriageReturn(b);
    }

    private State contentEnd(boolean isNonstandard) {
        hasNonstandardEnd = isNonstandard;
        return State.END;
    }

    private State inLine(byte b) {
        return isOrdinary(b) ? State.IN_LINE : inLineControl(b);
    }

    private State inLineControl(byte b) {
        return switch (b) {
            case '\r' -> State.AFTER_CR;
            case '\n' -> {
                deviations.add(Deviation.BARE_LINE_FEED);
                afterBareLineFeed = true;
                yield bareLineFeeds ? State.LINE_START : State.IN_LINE;
            }
            case 0 -> {
                deviations.add(Deviation.NUL);
                yield State.IN_LINE;
            }
            default -> State.IN_LINE;
        };
    }

    /// @return start of the next line
    private int endLine(int start, int end) {
        int _ = checkedLength(start, end);
        return end + 1;
    }

    /// @return length of the line, at most MAX_LINE + 1
    private int checkedLength(int start, int end) {
        if (end - start > MAX_LINE) {
            deviations.add(Deviation.LONG_LINE);
        }
        return Math.min(end - start, MAX_LINE + 1);
    }
}
