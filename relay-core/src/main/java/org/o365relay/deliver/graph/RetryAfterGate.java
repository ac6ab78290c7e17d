package org.o365relay.deliver.graph;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Reply;
import org.o365relay.time.SteadyClock;

/// Prevents new attempts and checks during the wait that Graph has asked for (429 or 503 with Retry-After). An
/// attempt in flight continues.
final class RetryAfterGate {

    private final SteadyClock clock;
    private volatile AtomicReference<Instant> until = new AtomicReference<>(Instant.MIN);

    RetryAfterGate(SteadyClock clock) {
        this.clock = clock;
    }

    /// From now on, both gates have the waits of the other one.
    void share(RetryAfterGate other) {
        until = other.until;
    }

    void record(GraphResponse response) {
        Instant now = clock.instant();
        requested(response)
                .map(now::plus)
                .ifPresent(end -> until.accumulateAndGet(end, (a, b) -> a.isAfter(b) ? a : b));
    }

    /// @return the response of the attempt, with the wait that Graph asked for, if any
    Response response(Step step, Reply reply, GraphResponse response) {
        Response result = new Response(step, reply, Origin.GRAPH);
        return requested(response).map(result::withRetryAfter).orElse(result);
    }

    private Optional<Duration> requested(GraphResponse response) {
        return response.status() == 429 || response.status() == 503
                ? response.retryAfter(clock.calendar().instant())
                : Optional.empty();
    }

    /// Ends the wait.
    ///
    /// @return whether there was a wait
    boolean end() {
        return until.getAndSet(Instant.MIN).isAfter(clock.instant());
    }

    /// @throws AttemptAbortedException if the wait is not over
    void check() throws AttemptAbortedException {
        Instant now = clock.instant();
        Instant end = until.get();
        if (end.isAfter(now)) {
            Duration left = Duration.between(now, end);
            String text = "Microsoft Graph asked the relay to wait (Retry-After, " + Math.max(1, left.toSeconds())
                    + " s left)";
            Response refusal = new Response(Step.CONNECT, Reply.of(451, "4.3.2", text), Origin.RELAY);
            throw new AttemptAbortedException(refusal.withRetryAfter(left));
        }
    }
}
