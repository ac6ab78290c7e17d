package org.o365relay.accept;

import java.io.ByteArrayOutputStream;
import java.util.EnumSet;
import java.util.Set;
import org.o365relay.mail.Deviation;

/// Finds the end of the content, takes out the dots that the client put in (RFC 5321 §4.5.2), and sees in the
/// same pass what is wrong with its lines. Everything else passes unchanged, and it makes no difference how the
/// octets are cut into packets.
///
/// Whose lines end in CRLF ends its content only with CRLF "." CRLF; anything less is content, so that no
/// second message can be smuggled in behind it. Where a bare LF ends a line, too, it does so for both: a dot
/// behind it is the client's to double, and a lone dot behind it is the end. A bare CR never ends anything.
final class ContentDecoder {

    // RFC 5321 §4.5.3.1.6, without CRLF
    private static final int MAX_LINE = 998;

    private enum State {
        LINE_START,
        IN_LINE,
        AFTER_CR,
        DOT,
        DOT_CR
    }

    private final boolean bareLineFeeds;
    private final boolean dotStuffing;
    private final Set<Deviation> deviations = EnumSet.noneOf(Deviation.class);
    private State state = State.LINE_START;
    private int lineOctets; // octets of the line that came in earlier pieces, at most one more than may be
    private boolean afterBareLineFeed;
    private boolean hasNonstandardEnd;

    /// @param bareLineFeeds whether a bare LF ends a line: the client ended its DATA command with one, or is one
    ///     that may end its messages as it likes
    ContentDecoder(boolean bareLineFeeds) {
        this(bareLineFeeds, true);
    }

    private ContentDecoder(boolean bareLineFeeds, boolean dots) {
        this.bareLineFeeds = bareLineFeeds;
        this.dotStuffing = dots;
    }

    /// For content whose length is known (RFC 3030 §2): has no end, and no dot means anything.
    static ContentDecoder forChunks() {
        return new ContentDecoder(false, false);
    }

    /// Decodes up to the final dot's line end.
    ///
    /// @param content where the content goes
    /// @return how many octets of the input were taken if the end was found among them, else -1 and all were
    ///     taken
    int decode(byte[] input, int offset, int length, ByteArrayOutputStream content) {
        int end = offset + length;
        int copied = offset; // input up to here has been dealt with
        int line = offset - lineOctets; // where the line begins
        for (int i = offset; i < end; i++) {
            byte b = input[i];
            switch (state) {
                case IN_LINE -> {
                    while (isOrdinary(b) && i + 1 < end) {
                        b = input[++i]; // most octets are of no interest
                    }
                    state = inLine(b);
                }
                case AFTER_CR -> {
                    if (b == '\n') {
                        state = State.LINE_START;
                        afterBareLineFeed = false;
                    } else {
                        deviations.add(Deviation.BARE_CARRIAGE_RETURN);
                        state = inLine(b);
                    }
                }
                case LINE_START -> {
                    if (b == '.' && dotStuffing) {
                        content.write(input, copied, i - copied);
                        copied = i + 1; // the dot is the client's, or the final one
                        line = i + 1;
                        state = State.DOT;
                    } else {
                        state = inLine(b);
                    }
                }
                case DOT -> {
                    if (b == '\r') {
                        copied = i + 1; // may belong to the final dot
                        state = State.DOT_CR;
                    } else if (b == '\n' && bareLineFeeds) {
                        hasNonstandardEnd = true;
                        return i + 1 - offset;
                    } else {
                        state = inLine(b);
                    }
                }
                case DOT_CR -> {
                    if (b == '\n') {
                        hasNonstandardEnd = afterBareLineFeed;
                        return i + 1 - offset;
                    }
                    deviations.add(Deviation.BARE_CARRIAGE_RETURN);
                    content.write('\r'); // it did not belong to the final dot
                    copied = i;
                    state = inLine(b);
                }
            }
            if (b == '\r' || b == '\n') {
                checkLength(i - line);
                line = i + 1;
            }
        }
        if (copied < end) {
            content.write(input, copied, end - copied);
        }
        checkLength(end - line);
        lineOctets = Math.min(end - line, MAX_LINE + 1);
        return -1;
    }

    /// @return what was wrong with the lines: any of [Deviation#BARE_LINE_FEED], [Deviation#BARE_CARRIAGE_RETURN],
    ///     [Deviation#NUL] and [Deviation#LONG_LINE]
    Set<Deviation> deviations() {
        return deviations;
    }

    /// @return whether the end that was found is none for readers who know no line end but CRLF
    boolean hasNonstandardEnd() {
        return hasNonstandardEnd;
    }

    /// No CR, LF or NUL, for sure.
    private static boolean isOrdinary(byte b) {
        return b > '\r' || b < 0;
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

    private void checkLength(int length) {
        if (length > MAX_LINE) {
            deviations.add(Deviation.LONG_LINE);
        }
    }
}
