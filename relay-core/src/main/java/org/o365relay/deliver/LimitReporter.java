package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.journal.Event.AccountLimit;
import org.o365relay.journal.Event.LimitOver;
import org.o365relay.journal.Event.LimitReached;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;

/// Writes to the journal when the account's rate limit or connection limit starts to hold up due mail of a
/// mailbox, and when it stops: once for each busy period, not for each message. An exhausted daily quota
/// blocks the mailbox instead; that is reported as a block. Thread-safe.
final class LimitReporter {

    /// Shorter waits are not reported.
    static final Duration MIN_WAIT = Duration.ofSeconds(10);

    /// Time without waiting mail after which a busy period is over.
    static final Duration QUIET = Duration.ofMinutes(1);

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final EmailAddress mailbox;
    private final SendingAccount account;
    private final Journal journal;
    private final InstantSource clock;
    private Instant checkedAt = Instant.MIN;
    private @Nullable Period period;

    /// A limit in effect.
    private record Limit(AccountLimit kind, int value) {}

    /// A period in which mail waits because of a limit.
    ///
    /// @param lastSeen when mail was last seen waiting
    private record Period(AccountLimit limit, Instant since, Instant lastSeen) {}

    LimitReporter(EmailAddress mailbox, SendingAccount account, Journal journal, InstantSource clock) {
        this.mailbox = mailbox;
        this.account = account;
        this.journal = journal;
        this.clock = clock;
    }

    /// Called before each claim, normally at least every 30 seconds. Checks at most once a second.
    ///
    /// @param isOpen whether mail can be sent through the mailbox; if not, it does not wait for a limit
    /// @param nextDue the earliest due time of its mail, on the steady clock
    synchronized void check(boolean isOpen, Supplier<Optional<Instant>> nextDue) {
        Instant now = clock.instant();
        if (now.isBefore(checkedAt.plus(INTERVAL))) {
            return;
        }
        checkedAt = now;
        Optional<Limit> limit = isOpen ? limit() : Optional.empty();
        boolean delaysMail = limit.isPresent()
                && nextDue.get()
                        .filter(due -> !due.isAfter(now.minus(MIN_WAIT)))
                        .isPresent();
        if (delaysMail) {
            seen(limit.get(), now);
        } else if (period != null && !now.isBefore(period.lastSeen().plus(QUIET))) {
            journal.record(new LimitOver(mailbox, period.limit(), Duration.between(period.since(), period.lastSeen())));
            period = null;
        }
    }

    private void seen(Limit limit, Instant now) {
        if (period == null) {
            journal.record(new LimitReached(mailbox, limit.kind(), limit.value()));
            period = new Period(limit.kind(), now, now);
        } else {
            period = new Period(period.limit(), period.since(), now);
        }
    }

    /// @return the limit that allows no message now; empty if there is none
    private Optional<Limit> limit() {
        if (account.rateLimiter().untilNext().isPositive()) {
            return account.rateLimiter().perMinute().map(rate -> new Limit(AccountLimit.MESSAGES_PER_MINUTE, rate));
        }
        return account.concurrencyLimiter().isFull()
                ? Optional.of(new Limit(
                        AccountLimit.CONNECTIONS, account.concurrencyLimiter().limit()))
                : Optional.empty();
    }
}
