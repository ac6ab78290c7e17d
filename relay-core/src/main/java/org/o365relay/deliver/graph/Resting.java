package org.o365relay.deliver.graph;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;

/// Graph has asked to be left alone for a while (429, or 503, with Retry-After): until then nothing is asked of it.
final class Resting {

    /// No answer of Graph's closes the road for longer.
    static final Duration LONGEST = Duration.ofMinutes(15);

    private final InstantSource clock;
    private final AtomicReference<Instant> until = new AtomicReference<>(Instant.MIN);

    Resting(InstantSource clock) {
        this.clock = clock;
    }

    void heed(Answer answer) {
        if (answer.status() == 429 || answer.status() == 503) {
            Instant now = clock.instant();
            answer.retryAfter(now)
                    .map(rest -> now.plus(rest.compareTo(LONGEST) > 0 ? LONGEST : rest))
                    .ifPresent(end -> until.accumulateAndGet(end, (a, b) -> a.isAfter(b) ? a : b));
        }
    }

    /// @throws AttemptEnded if it is too early
    void check() throws AttemptEnded {
        Instant now = clock.instant();
        Instant end = until.get();
        if (end.isAfter(now)) {
            long seconds = Math.max(1, Duration.between(now, end).toSeconds());
            throw new AttemptEnded(new Response(
                    Step.CONNECT,
                    Answer.reply(
                            429, "ApplicationThrottled: Microsoft Graph has asked for a rest (" + seconds + " s left)"),
                    Origin.GRAPH));
        }
    }
}
