package org.o365relay.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.o365relay.identity.TokenException.Origin;
import org.o365relay.mail.Reply;

/// One token in memory. Fetched once for all who wait; renewed ahead while it is used, so that nobody waits;
/// after a failure nobody asks for some seconds, and all get the same answer.
final class CachedToken implements TokenSource {

    /// What is handed out is good for that long at least; a message takes minutes at most to be signed in for.
    private static final Duration MIN_VALIDITY = Duration.ofMinutes(5);

    /// Renewed when it is good for no longer than this, if it has been used since it was fetched.
    private static final Duration RENEWAL_THRESHOLD = Duration.ofMinutes(10);

    private static final Duration MIN_BACKOFF = Duration.ofSeconds(10);
    private static final Duration MAX_BACKOFF = Duration.ofMinutes(5);

    /// A failed renewal ahead of time is repeated after this time.
    private static final Duration KEEP_ALIVE_RETRY = Duration.ofHours(1);

    private final TokenFlow fetch;
    private final InstantSource clock;
    private @Nullable AccessToken token;
    private Instant fetchedAt = Instant.MIN;
    private boolean used;
    private boolean refused;
    private @Nullable SignInException failure;
    private Instant retryAt = Instant.MIN;
    private Instant nextKeepAlive = Instant.MIN;
    private @Nullable CompletableFuture<AccessToken> pending;

    CachedToken(TokenFlow fetch, InstantSource clock) {
        this.fetch = fetch;
        this.clock = clock;
    }

    TokenFlow fetch() {
        return fetch;
    }

    @Override
    public AccessToken token() throws TokenException {
        return await(currentOrPending());
    }

    private synchronized Future<AccessToken> currentOrPending() throws TokenException {
        used = true;
        Instant now = clock.instant();
        if (token != null && now.isBefore(token.expiresAt().minus(margin(token, MIN_VALIDITY)))) {
            return CompletableFuture.completedFuture(token);
        }
        if (failure != null && now.isBefore(retryAt)) {
            if (isValid(token)) {
                return CompletableFuture.completedFuture(token);
            }
            throw failure.toTokenException();
        }
        begin(token != null || refused);
        return Objects.requireNonNull(pending);
    }

    /// Tokens that live shortly are used for three quarters of their life, and renewed at half of it.
    private Duration margin(AccessToken of, Duration usual) {
        Duration part = Duration.between(fetchedAt, of.expiresAt()).dividedBy(usual.equals(MIN_VALIDITY) ? 4 : 2);
        return part.compareTo(usual) < 0 ? part : usual;
    }

    private synchronized void begin(boolean anew) {
        if (pending == null) {
            CompletableFuture<AccessToken> begun = new CompletableFuture<>();
            pending = begun;
            Thread.ofVirtual().name("token-fetch").start(() -> run(begun, anew));
        }
    }

    private void run(CompletableFuture<AccessToken> begun, boolean anew) {
        try {
            AccessToken fetched = fetch.fetch(anew);
            succeeded(fetched);
            begun.complete(fetched);
        } catch (SignInException e) {
            AccessToken old = failed(e);
            if (isValid(old)) {
                begun.complete(old);
            } else {
                begun.completeExceptionally(e);
            }
        } catch (RuntimeException | Error e) {
            SignInException bug = SignInException.misconfigured("internal_error", String.valueOf(e), e);
            var _ = failed(bug);
            begun.completeExceptionally(bug);
        }
    }

    private synchronized void succeeded(AccessToken fetched) {
        token = fetched;
        fetchedAt = clock.instant();
        used = false;
        refused = false;
        failure = null;
        pending = null;
    }

    /// The last minutes of a token are better than none, while nothing fresher is to be had.
    private boolean isValid(@Nullable AccessToken old) {
        return old != null && clock.instant().isBefore(old.expiresAt());
    }

    /// @return the token there was before; null for none
    private synchronized @Nullable AccessToken failed(SignInException e) {
        failure = e;
        retryAt = clock.instant().plus(backoff(e.retryAfter()));
        pending = null;
        return token;
    }

    private static Duration backoff(@Nullable Duration asked) {
        if (asked == null || asked.compareTo(MIN_BACKOFF) < 0) {
            return MIN_BACKOFF;
        }
        return asked.compareTo(MAX_BACKOFF) < 0 ? asked : MAX_BACKOFF;
    }

    private static AccessToken await(Future<AccessToken> ready) throws TokenException {
        try {
            return ready.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SignInException none) {
                throw none.toTokenException();
            }
            throw new IllegalStateException(e); // it is completed with nothing else
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TokenException(Origin.NETWORK, Reply.plain(451, "the relay is stopping"), e);
        }
    }

    @Override
    public synchronized void invalidate(AccessToken bad) {
        if (bad.equals(token)) {
            token = null;
            refused = true;
        }
    }

    /// Renews the token if it is in use and will soon end, and uses what must not lie idle. Called every half
    /// minute or so; does not wait.
    synchronized void renew() {
        Instant now = clock.instant();
        if (failure != null && now.isBefore(retryAt)) {
            return;
        }
        if (token != null && used && !now.isBefore(token.expiresAt().minus(margin(token, RENEWAL_THRESHOLD)))) {
            begin(true);
        } else if (!now.isBefore(nextKeepAlive) && fetch.isKeepAliveDue(now)) {
            nextKeepAlive = now.plus(KEEP_ALIVE_RETRY);
            begin(true);
        }
    }
}
