package org.o365relay.deliver.graph;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.o365relay.deliver.AttemptAbortedException;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.mail.Reply;

/// Graph has asked to be left alone for a while (429, or 503, with Retry-After): until then nothing is asked of it.
final class RetryAfterGate {

    /// No answer of Graph's closes the road for longer.
    static final Duration MAX = Duration.ofHours(24);

    private final InstantSource clock;
    private final AtomicReference<Instant> until = new AtomicReference<>(Instant.MIN);

    RetryAfterGate(InstantSource clock) {
        this.clock = clock;
    }

    void record(GraphResponse answer) {
        Instant now = clock.instant();
        requested(answer, now)
                .map(now::plus)
                .ifPresent(end -> until.accumulateAndGet(end, (a, b) -> a.isAfter(b) ? a : b));
    }

    /// @return what the answer comes to, with the rest it asks for
    Response response(Step step, Reply reply, GraphResponse answer) {
        Response response = new Response(step, reply, Origin.GRAPH);
        return requested(answer, clock.instant()).map(response::withRetryAfter).orElse(response);
    }

    private static Optional<Duration> requested(GraphResponse answer, Instant now) {
        return answer.status() == 429 || answer.status() == 503
                ? answer.retryAfter(now).filter(Duration::isPositive).map(rest -> rest.compareTo(MAX) > 0 ? MAX : rest)
                : Optional.empty();
    }

    /// @throws AttemptAbortedException if it is too early
    void check() throws AttemptAbortedException {
        Instant now = clock.instant();
        Instant end = until.get();
        if (end.isAfter(now)) {
            Duration left = Duration.between(now, end);
            String text = "Microsoft Graph has asked for a rest (" + Math.max(1, left.toSeconds()) + " s left)";
            Response held = new Response(Step.CONNECT, Reply.of(451, "4.3.2", text), Origin.RELAY);
            throw new AttemptAbortedException(held.withRetryAfter(left));
        }
    }
}
