package org.o365relay.accept;

import java.time.Duration;

/// How long a client may take: to say anything, for a command line, and for its content. Knows no clock: every
/// time is a reading of one in nanoseconds.
///
/// To be looked at when [#untilNextCheck] is over, and not for every packet: every limit is at least as long as the
/// longest time between two looks, so none is noticed late.
final class SessionTimeouts {

    /// What is to be said about a client at a look.
    enum Timeout {
        NONE,
        IDLE,
        COMMAND,
        CONTENT
    }

    /// How long content may take to reach its rate. What comes faster than it must buys time to pause, as scanners do
    /// between pages, up to the time that a client may be silent.
    static final Duration WINDOW = Duration.ofMinutes(1);

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final long idle;
    private final long command;
    private final int rate;
    private final long maxInterval;
    private final long maxCredit;

    private long received;
    private boolean inLine;
    private long lineStart;
    private boolean inContent;
    private long contentDue; // by then more of it must have come

    SessionTimeouts(SessionLimits limits) {
        idle = limits.idleTimeout().toNanos();
        command = limits.commandTimeout().toNanos();
        rate = limits.minimumDataRate();
        maxInterval = Math.min(Math.min(idle, command), WINDOW.toNanos());
        maxCredit = Math.max(idle, WINDOW.toNanos());
    }

    /// Something has come in.
    void received(long now, int count) {
        received = now;
        if (inContent && rate > 0) {
            contentDue = now + Math.min(contentDue - now + count * SECOND / rate, maxCredit);
        }
    }

    /// Part of a line is there, and not its end. The first time counts.
    void lineStarted(long now) {
        if (!inLine) {
            inLine = true;
            lineStart = now;
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
    void closing(long now) {
        received = now;
        inLine = false;
        inContent = false;
    }

    /// The client had to wait for the relay, which is not its fault.
    void resumed(long since, long now) {
        received = now;
        lineStart += now - since;
        contentDue += now - since;
    }

    Timeout timeout(long now) {
        if (now - received >= idle) {
            return Timeout.IDLE;
        }
        if (inLine && now - lineStart >= command) {
            return Timeout.COMMAND;
        }
        return inContent && rate > 0 && now - contentDue >= 0 ? Timeout.CONTENT : Timeout.NONE;
    }

    /// @return the longest time between two looks, in nanoseconds
    long maxInterval() {
        return maxInterval;
    }

    /// @return after how many nanoseconds, 1 or more, to look again
    long untilNextCheck(long now) {
        long next = Math.min(maxInterval, received + idle - now);
        if (inLine) {
            next = Math.min(next, lineStart + command - now);
        }
        if (inContent && rate > 0) {
            next = Math.min(next, contentDue - now);
        }
        return Math.max(next, 1);
    }
}
