package org.o365relay.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.o365relay.identity.TokenException.Origin;
import org.o365relay.mail.Reply;
import org.o365relay.time.SteadyClock;

/// Caches one access token. Concurrent callers share one request. A token in use is renewed before it expires,
/// so that callers need not wait. After a failed request, no new request is sent for as long as the service
/// asks (Retry-After) or, if it does not ask, for 10 seconds (a minute if it is overloaded). Until then,
/// callers get the old token if it has not expired; otherwise they get the same error.
final class CachedToken implements TokenSource {

    /// Minimum remaining validity of a returned token, so that it does not expire while a message is being
    /// sent. The minimum is shorter for short-lived tokens, and does not apply while no new token can be
    /// fetched.
    private static final Duration MIN_VALIDITY = Duration.ofMinutes(5);

    /// A token that has been used since it was fetched is renewed when its remaining validity is at most
    /// this or, for a short-lived token, half of its lifetime.
    private static final Duration RENEWAL_THRESHOLD = Duration.ofMinutes(10);

    /// Longest time for which Microsoft issues tokens: 28 hours, with continuous access evaluation.
    private static final Duration MAX_LIFETIME = Duration.ofHours(28);

    /// Minimum interval between attempts to refresh a login that expires when it is not used.
    private static final Duration KEEP_ALIVE_RETRY = Duration.ofHours(1);

    private final TokenFlow flow;
    private final SteadyClock clock;
    private @Nullable AccessToken token;
    private Instant fetchedAt = Instant.MIN;
    private Instant expiresAt = Instant.MIN; // on the steady clock
    private boolean used;
    private boolean refused;
    private @Nullable SignInException failure;
    private Instant retryAt = Instant.MIN;
    private Instant nextKeepAlive = Instant.MIN;
    private @Nullable CompletableFuture<AccessToken> pending;

    CachedToken(TokenFlow flow, SteadyClock clock) {
        this.flow = flow;
        this.clock = clock;
    }

    TokenFlow flow() {
        return flow;
    }

    @Override
    public AccessToken token() throws TokenException {
        return await(currentOrPending());
    }

    private synchronized Future<AccessToken> currentOrPending() throws TokenException {
        used = true;
        Instant now = clock.instant();
        if (token != null && now.isBefore(expiresAt.minus(margin(MIN_VALIDITY)))) {
            return CompletableFuture.completedFuture(token);
        }
        if (failure != null && now.isBefore(retryAt)) {
            if (token != null && now.isBefore(expiresAt)) {
                return CompletableFuture.completedFuture(token);
            }
            throw failure.toTokenException(Duration.between(now, retryAt));
        }
        startRequest(token != null || refused);
        return Objects.requireNonNull(pending);
    }

    /// Reduces the usual margin for a short-lived token: the token is used for three quarters of its lifetime,
    /// and renewed when half of its lifetime has passed.
    private Duration margin(Duration usual) {
        Duration part = Duration.between(fetchedAt, expiresAt).dividedBy(usual.equals(MIN_VALIDITY) ? 4 : 2);
        return part.compareTo(usual) < 0 ? part : usual;
    }

    private synchronized void startRequest(boolean forceRefresh) {
        if (pending == null) {
            CompletableFuture<AccessToken> request = new CompletableFuture<>();
            pending = request;
            Thread.ofVirtual().name("token-fetch").start(() -> run(request, forceRefresh));
        }
    }

    private void run(CompletableFuture<AccessToken> request, boolean forceRefresh) {
        try {
            AccessToken fetched = flow.fetch(forceRefresh);
            succeeded(fetched);
            request.complete(fetched);
        } catch (SignInException e) {
            AccessToken old = failed(e);
            if (old != null && isValid()) {
                request.complete(old);
            } else {
                request.completeExceptionally(e);
            }
        } catch (RuntimeException | Error e) {
            SignInException unexpected = SignInException.misconfigured("internal_error", String.valueOf(e), e);
            var _ = failed(unexpected);
            request.completeExceptionally(unexpected);
        }
    }

    private synchronized void succeeded(AccessToken fetched) {
        token = fetched;
        fetchedAt = clock.instant();
        expiresAt = fetchedAt.plus(lifetime(fetched));
        used = false;
        refused = false;
        failure = null;
        pending = null;
    }

    /// A token that was just issued is valid, but not for longer than Microsoft ever issues one: if its expiry
    /// says otherwise, the system clock is wrong. The expiry of a managed identity's token is set by the
    /// clock of another machine.
    private Duration lifetime(AccessToken fetched) {
        Duration stated = Duration.between(clock.calendar().instant(), fetched.expiresAt());
        if (!stated.isPositive()) {
            return MIN_VALIDITY;
        }
        return stated.compareTo(MAX_LIFETIME) < 0 ? stated : MAX_LIFETIME;
    }

    /// A token that is about to expire is still used if no new one can be fetched.
    private synchronized boolean isValid() {
        return clock.instant().isBefore(expiresAt);
    }

    /// @return the cached token; null if there is none
    private synchronized @Nullable AccessToken failed(SignInException e) {
        failure = e;
        retryAt = clock.instant().plus(e.backoff());
        pending = null;
        return token;
    }

    private static AccessToken await(Future<AccessToken> future) throws TokenException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SignInException failed) {
                throw failed.toTokenException();
            }
            throw new IllegalStateException(e); // the future fails only with a SignInException
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TokenException(Origin.NETWORK, Reply.plain(451, "the relay is stopping"), e);
        }
    }

    @Override
    public synchronized void invalidate(AccessToken refusedToken) {
        if (refusedToken.equals(token)) {
            token = null;
            refused = true;
        }
    }

    @Override
    public synchronized boolean endRetryAfter() {
        boolean hasWaited = failure != null
                && failure.asksForWait()
                && clock.instant().isBefore(retryAt)
                && (token == null || !isValid());
        retryAt = Instant.MIN;
        return hasWaited;
    }

    /// Renews the token if it is in use and about to expire; otherwise refreshes a login that would expire
    /// because it is not used. Called every 30 seconds; does not wait for the response.
    void renew() {
        Instant now = clock.instant();
        // isKeepAliveDue may read the login and derive its key; callers of token() must not wait for that
        if (!renewed(now) && flow.isKeepAliveDue(clock.calendar().instant())) {
            keepAlive(now);
        }
    }

    /// Renews the token if it is in use and about to expire. A token that has expired is fetched again when it
    /// is needed.
    ///
    /// @return whether a renewal has begun, or no request may be sent yet; if not, the login may have to be
    ///     refreshed
    private synchronized boolean renewed(Instant now) {
        if (failure != null && now.isBefore(retryAt)) {
            return true;
        }
        boolean expiresSoon = isValid() && !now.isBefore(expiresAt.minus(margin(RENEWAL_THRESHOLD)));
        if (token != null && used && expiresSoon) {
            startRequest(true);
            return true;
        }
        return now.isBefore(nextKeepAlive);
    }

    private synchronized void keepAlive(Instant now) {
        nextKeepAlive = now.plus(KEEP_ALIVE_RETRY);
        startRequest(true);
    }
}
