package org.o365relay.accept;

import java.time.Duration;

/// How long a client may take: to say anything, for a command line, and for its content. Knows no clock: every
/// time is a reading of one in nanoseconds.
///
/// To be looked at when [#untilNext] is over, and not for every packet: every limit is at least as long as the
/// longest time between two looks, so none is noticed late.
final class SessionTimeouts {

    /// What is to be said about a client at a look.
    enum Verdict {
        FINE,
        SILENT,
        SLOW_COMMAND,
        SLOW_CONTENT
    }

    /// How long content may take to reach its rate. What comes faster than it must buys time to pause, as scanners do
    /// between pages, up to the time that a client may be silent.
    static final Duration WINDOW = Duration.ofMinutes(1);

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final long idle;
    private final long command;
    private final int rate;
    private final long longest;
    private final long longestPause;

    private long heard;
    private boolean inLine;
    private long lineBegan;
    private boolean inContent;
    private long contentDue; // by then more of it must have come

    SessionTimeouts(SessionLimits limits) {
        idle = limits.idle().toNanos();
        command = limits.command().toNanos();
        rate = limits.minimumDataRate();
        longest = Math.min(Math.min(idle, command), WINDOW.toNanos());
        longestPause = Math.max(idle, WINDOW.toNanos());
    }

    /// Something has come in.
    void heard(long now, int count) {
        heard = now;
        if (inContent && rate > 0) {
            contentDue = now + Math.min(contentDue - now + count * SECOND / rate, longestPause);
        }
    }

    /// Part of a line is there, and not its end. The first time counts.
    void lineOpen(long now) {
        if (!inLine) {
            inLine = true;
            lineBegan = now;
        }
    }

    void lineEnded() {
        inLine = false;
    }

    /// It is the client's turn to send content.
    void contentBegins(long now) {
        inContent = true;
        contentDue = now + WINDOW.toNanos();
    }

    void contentEnded() {
        inContent = false;
    }

    /// Nothing more is expected, but that the client reads the last word.
    void lastWord(long now) {
        heard = now;
        inLine = false;
        inContent = false;
    }

    /// The client had to wait for the relay, which is not its fault.
    void waited(long since, long now) {
        heard = now;
        lineBegan += now - since;
        contentDue += now - since;
    }

    Verdict verdict(long now) {
        if (now - heard >= idle) {
            return Verdict.SILENT;
        }
        if (inLine && now - lineBegan >= command) {
            return Verdict.SLOW_COMMAND;
        }
        return inContent && rate > 0 && now - contentDue >= 0 ? Verdict.SLOW_CONTENT : Verdict.FINE;
    }

    /// @return the longest time between two looks, in nanoseconds
    long longest() {
        return longest;
    }

    /// @return after how many nanoseconds, 1 or more, to look again
    long untilNext(long now) {
        long next = Math.min(longest, heard + idle - now);
        if (inLine) {
            next = Math.min(next, lineBegan + command - now);
        }
        if (inContent && rate > 0) {
            next = Math.min(next, contentDue - now);
        }
        return Math.max(next, 1);
    }
}
