package org.o365relay.accept;

import java.time.Duration;
import org.o365relay.accept.session.SessionLimits;

/// The timeouts of a session: for an idle client, for an incomplete command line, and for content that arrives
/// too slowly. Times are readings of a monotonic clock in nanoseconds.
///
/// Callers check the timeouts when [#untilNextCheck] has elapsed, not for every packet. No timeout is shorter
/// than the maximum interval between checks, so one that begins between two checks is not detected late. If a
/// check is due while the client waits for the relay, callers must check after [#resumed] instead.
final class SessionTimeouts {

    /// The timeout that has expired.
    enum Timeout {
        NONE,
        IDLE,
        COMMAND,
        CONTENT
    }

    /// Time by which content may lag behind the minimum rate. Content that arrives faster earns credit for
    /// later pauses, such as those of scanners between pages. The credit is limited to the idle timeout or this
    /// time, whichever is longer.
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
    private long contentDue; // time by which more content must have been received

    SessionTimeouts(SessionLimits limits) {
        idle = limits.idleTimeout().toNanos();
        command = limits.commandTimeout().toNanos();
        rate = limits.minimumDataRate();
        maxInterval = Math.min(Math.min(idle, command), WINDOW.toNanos());
        maxCredit = Math.max(idle, WINDOW.toNanos());
    }

    /// Records received octets.
    void received(long now, int count) {
        received = now;
        if (inContent && rate > 0) {
            contentDue = now + Math.min(contentDue - now + count * SECOND / rate, maxCredit);
        }
    }

    /// Records an incomplete line; only the first call for a line counts.
    void lineStarted(long now) {
        if (!inLine) {
            inLine = true;
            lineStart = now;
        }
    }

    void lineEnded() {
        inLine = false;
    }

    /// Records that the client may send content now.
    void contentBegins(long now) {
        inContent = true;
        contentDue = now + WINDOW.toNanos();
    }

    void contentEnded() {
        inContent = false;
    }

    /// Records that the final reply is being sent; only the idle timeout still applies.
    void closing(long now) {
        received = now;
        inLine = false;
        inContent = false;
    }

    /// Ignores the time that the client waited for the relay: restarts the idle timeout, and extends the others
    /// by that time.
    ///
    /// @param since time at which the wait began
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

    /// @return nanoseconds until the next check, at least 1
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
