package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.UsageSlot;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.Claims;
import org.o365relay.queue.ContentStream;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.SuppressedNotice;

/// A queue whose first settlement is submitted, but written only when the test says so, or not at all.
final class HeldSettlements implements Claims {

    final CountDownLatch submitted = new CountDownLatch(1);
    private final CompletableFuture<@Nullable Void> written = new CompletableFuture<>();
    private final Claims queue;

    HeldSettlements(Claims queue) {
        this.queue = queue;
    }

    /// Writes the settlement.
    void write() {
        written.complete(null);
    }

    /// Writes nothing.
    void fail(QueueException failure) {
        written.completeExceptionally(failure);
    }

    @Override
    public List<QueueId> settle(
            Claim claim,
            Settlement settlement,
            List<LocalMessage> notices,
            List<SuppressedNotice> suppressed,
            Runnable onSubmit) {
        boolean isFirst = submitted.getCount() > 0;
        onSubmit.run();
        submitted.countDown();
        if (isFirst) {
            await();
        }
        return queue.settle(claim, settlement, notices, suppressed, () -> {});
    }

    private void await() {
        Throwable failure = written.handle((_, e) -> e).join();
        if (failure instanceof QueueException e) {
            throw e;
        }
    }

    @Override
    public List<Claim> claim(ClaimScope scope, int max) {
        return queue.claim(scope, max);
    }

    @Override
    public void awaitDue(ClaimScope scope, Duration atMost) throws InterruptedException {
        queue.awaitDue(scope, atMost);
    }

    @Override
    public void wake(ClaimScope scope) {
        queue.wake(scope);
    }

    @Override
    public Optional<Instant> nextDue(ClaimScope scope) {
        return queue.nextDue(scope);
    }

    @Override
    public ContentStream content(Claim claim) {
        return queue.content(claim);
    }

    @Override
    public List<HistoryEntry> history(Claim claim) {
        return queue.history(claim);
    }

    @Override
    public void putBack(Claim claim) {
        queue.putBack(claim);
    }

    @Override
    public void interrupt(Claim claim, Duration pause) {
        queue.interrupt(claim, pause);
    }

    @Override
    public void holdDamaged(Claim claim, String damage) {
        queue.holdDamaged(claim, damage);
    }

    @Override
    public void retry(Claim claim, String by) {
        queue.retry(claim, by);
    }

    @Override
    public int makeDue(ClaimScope scope, Set<String> reasons, int maxAttempts) {
        return queue.makeDue(scope, reasons, maxAttempts);
    }

    @Override
    public int releaseToPools(ClaimScope scope) {
        return queue.releaseToPools(scope);
    }

    @Override
    public List<UsageSlot> quotaUsage(String account, Instant since) {
        return queue.quotaUsage(account, since);
    }
}
