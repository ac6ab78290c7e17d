package org.o365relay.queue.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.UsageSlot;
import org.o365relay.queue.Change;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.Claims;
import org.o365relay.queue.ContentStream;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.QueueAdmin;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.queue.jdbc.ClaimTables.Claimed;
import org.o365relay.queue.jdbc.FairScheduler.DueMessage;
import org.o365relay.queue.jdbc.Signals.Signal;
import org.o365relay.time.SteadyClock;
import org.o365relay.time.SteadyClock.Reading;

/// Claims messages for delivery, and settles them.
final class JdbcClaims implements Claims {

    /// Time after which a message can be claimed again if its claim has not been ended. It is longer than an
    /// attempt is expected to take: sending 150 MiB at 1 Mbit/s takes less than half an hour.
    static final Duration LEASE = Duration.ofHours(2);

    private static final int BATCH = 500;

    private final Store store;
    private final LocalMessageWriter localMessages;
    private final Leases leases;
    private final Signals dueSignals;
    private final QueueReader reader;
    private final QueueAdmin admin;
    private final SteadyClock clock;
    private final FairScheduler scheduler = new FairScheduler();

    JdbcClaims(
            Store store,
            LocalMessageWriter localMessages,
            Leases leases,
            Signals dueSignals,
            QueueReader reader,
            QueueAdmin admin,
            SteadyClock clock) {
        this.store = store;
        this.localMessages = localMessages;
        this.leases = leases;
        this.dueSignals = dueSignals;
        this.reader = reader;
        this.admin = admin;
        this.clock = clock;
    }

    @Override
    public List<Claim> claim(ClaimScope scope, int max) {
        while (true) {
            Reading now = clock.reading();
            List<DueMessage> next =
                    store.readers().read(statements -> scheduler.next(statements, scope, now.steady(), max));
            if (next.isEmpty()) {
                return List.of();
            }
            long lease = leases.next();
            Claimed claimed = store.committer()
                    .write(statements -> ClaimTables.claim(statements, scope.owner(), next, lease, now));
            scheduler.claimed(scope, next);
            if (claimed.rows() > 0) {
                return claimed.claims();
            }
            // all of these messages were claimed by other mailboxes or changed meanwhile; more may be due
        }
    }

    @Override
    public List<HistoryEntry> history(Claim claim) {
        return store.readers().read(statements -> MessageTables.events(statements, claim.id()));
    }

    @Override
    public void awaitDue(ClaimScope scope, Duration atMost) throws InterruptedException {
        Signal signal = dueSignals.of(scope);
        Duration untilNext = nextDue(scope)
                .map(next -> Duration.between(clock.instant(), next))
                .orElse(atMost);
        signal.await(untilNext.compareTo(atMost) < 0 ? untilNext : atMost);
    }

    @Override
    public void wake(ClaimScope scope) {
        dueSignals.of(scope).raise();
    }

    @Override
    public Optional<Instant> nextDue(ClaimScope scope) {
        return store.readers().read(statements -> Optional.ofNullable(ClaimTables.nextDue(statements, scope)));
    }

    @Override
    public ContentStream content(Claim claim) {
        return new ChunkStream(store.readers(), claim.content(), claim.size());
    }

    @Override
    public List<QueueId> settle(
            Claim claim,
            Settlement settlement,
            List<LocalMessage> notices,
            List<SuppressedNotice> suppressed,
            Runnable onSubmit) {
        if (!settlement.outcomes().keySet().equals(Set.copyOf(claim.recipients()))) {
            throw new IllegalArgumentException("the settlement of message " + claim.id() + " covers "
                    + settlement.outcomes().keySet() + " instead of " + claim.recipients());
        }
        Reading now = clock.reading();
        String by = leases.bouncedBy(claim.lease());
        Committer.Work<Boolean> work = statements -> {
            if (!MessageTables.settle(statements, claim, settlement, by, store.keepContent(), now)) {
                return false;
            }
            for (SuppressedNotice notice : suppressed) {
                NoticeTables.suppress(statements, notice, now.steady());
            }
            return true;
        };
        List<QueueId> noticeIds = localMessages
                .write(notices, work, onSubmit)
                .orElseThrow(() -> new QueueException("the lease of message " + claim.id()
                        + " ended before it was settled; the attempt is not recorded"));
        if (settlement.leavesOpen()) {
            // awaitDue may be waiting until the end of the lease, which was the due time during the attempt
            dueSignals.raise(claim.mailbox());
        }
        return noticeIds;
    }

    @Override
    public void putBack(Claim claim) {
        if (store.committer().write(statements -> ClaimTables.putBack(statements, claim))) {
            dueSignals.raise(claim.mailbox());
            dueSignals.raise(claim.route());
        }
    }

    @Override
    public void interrupt(Claim claim, Duration pause) {
        Reading now = clock.reading();
        if (store.committer().write(statements -> ClaimTables.interrupt(statements, claim, pause, now))) {
            dueSignals.raise(claim.mailbox());
        }
    }

    @Override
    public void holdDamaged(Claim claim, String damage) {
        Instant now = clock.calendar().instant();
        store.committer()
                .write(statements ->
                        ClaimTables.holdDamaged(statements, claim.id().value(), claim.lease(), damage, now));
    }

    @Override
    public void retry(Claim claim, String by) {
        reader.show(claim.id())
                .map(message -> message.entry().dueAt())
                .filter(due -> due.isAfter(clock.calendar().instant()))
                .ifPresent(_ -> admin.apply(new Change.Retry(), MessageFilter.of(List.of(claim.id())), by));
    }

    @Override
    public int makeDue(ClaimScope scope, Set<String> reasons, int maxAttempts) {
        Instant now = clock.instant();
        int all = 0;
        for (String mailbox : scope.mailboxes()) {
            int changed = store.committer()
                    .write(statements -> ClaimTables.makeDue(statements, mailbox, reasons, maxAttempts, now));
            if (changed > 0) {
                dueSignals.raise(mailbox);
            }
            all += changed;
        }
        return all;
    }

    @Override
    public int releaseToPools(ClaimScope scope) {
        int released = 0;
        for (String route : scope.routes()) {
            if (!route.equals(scope.owner())) {
                released += store.committer()
                        .writeInBatches(
                                BATCH, statements -> statements.update("release-to-pool", scope.owner(), route, BATCH));
                dueSignals.raise(route);
            }
        }
        return released;
    }

    @Override
    public List<UsageSlot> quotaUsage(String account, Instant since) {
        return store.readers().read(statements -> QuotaTables.usageSince(statements, account, since));
    }
}
