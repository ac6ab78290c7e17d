package org.o365relay.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.UsageSlot;

/// The queue operations that delivery uses: claim, read and settle due messages.
///
/// A message whose claim is neither settled nor otherwise ended can be claimed again after the lease has
/// expired, or after the next startup. Methods that access the queue throw a [QueueException] if it cannot be
/// read or written; the stream of [#content] throws an [java.io.IOException] when it is read.
public interface Claims {

    /// Claims due messages of a scope: urgent messages first; within a priority, one message from each client
    /// in turn, starting after the client served last; from each client, the message that has been due longest.
    /// The attempt is counted before it is made. A claimed message belongs to the mailbox until it is returned
    /// to its pool ([#putBack], [#releaseToPools]) or redirected by an operator. A message whose row is damaged
    /// is put on hold instead of being claimed.
    ///
    /// @param max maximum number of claims, at least 1
    /// @return the claims; an empty list if no message is due, or if all those selected are damaged
    List<Claim> claim(ClaimScope scope, int max);

    /// Waits until a message of the scope may be due, or until the time `atMost` has passed. The wait ends at
    /// the earliest due time in the scope, or when a message is queued for the scope or changed so that it may
    /// be due sooner. Such a change since the previous call ends the wait at once.
    void awaitDue(ClaimScope scope, Duration atMost) throws InterruptedException;

    /// Ends the wait of [#awaitDue] for the scope, or the next one if no thread waits.
    void wake(ClaimScope scope);

    /// @return the earliest due time of the scope's messages, on the steady clock; empty if there are none. A
    ///     message being delivered counts as due when its lease ends, one on hold as due in the far future
    Optional<Instant> nextDue(ClaimScope scope);

    /// Opens the original content, byte for byte as received. The queue is not accessed until the stream is
    /// read.
    ContentStream content(Claim claim);

    /// @return the events in the history of the message, oldest first
    List<HistoryEntry> history(Claim claim);

    /// Records the result of a delivery attempt or a bounce. When no recipient is left open, the metadata is
    /// kept for the retention time. The content is kept for as long as `keep-content` says; if that is zero, it
    /// is deleted at once, unless another message that is open or kept shares it. Notices are queued in the
    /// same transaction.
    ///
    /// @param suppressed notices over the hourly limit, for a digest
    /// @param onSubmit runs as soon as every later [#claim] is certain to be written after the settlement, or in
    ///     the same transaction: what it starts does not increase the number of results that a crash can lose
    /// @return the IDs of the queued notices, in the order of `notices`
    /// @throws QueueException if the queue cannot be written; nothing is recorded, and the caller can settle
    ///     again, unless the exception is [final][QueueException#isFinal] because the lease has ended or the
    ///     queue is closed
    /// @throws IllegalArgumentException if the settlement does not cover exactly the claim's recipients
    List<QueueId> settle(
            Claim claim,
            Settlement settlement,
            List<LocalMessage> notices,
            List<SuppressedNotice> suppressed,
            Runnable onSubmit);

    default List<QueueId> settle(
            Claim claim, Settlement settlement, List<LocalMessage> notices, List<SuppressedNotice> suppressed) {
        return settle(claim, settlement, notices, suppressed, () -> {});
    }

    /// Ends a claim as if it had not been made: no attempt is counted, and the message keeps its place in the
    /// queue. If no earlier attempt counts, a message routed to a pool returns to the pool, unless it was
    /// claimed for a bounce. Does nothing if the lease has ended.
    void putBack(Claim claim);

    /// Ends a claim whose result is not known: the attempt counts, and the history records that the upstream
    /// may have accepted the message. Does nothing if the lease has ended.
    ///
    /// @param pause time until the next attempt
    void interrupt(Claim claim, Duration pause);

    /// Ends a claim and puts its damaged message on hold, so that an operator can decide what to do with it.
    /// Does nothing if the lease has ended.
    ///
    /// @param damage description of the damage, for the history
    void holdDamaged(Claim claim, String damage);

    /// Retries a message that was deferred when this claim was settled: makes it due now, as [Change.Retry]
    /// does. Does nothing if the message is already due, being delivered, on hold or settled.
    ///
    /// @param by name of the operator who requested it, for the history
    void retry(Claim claim, String by);

    /// Makes the deferred messages of a mailbox and its pools due now if they were last deferred for one of
    /// these reasons. They become due in order of arrival; messages that are already due keep their places.
    /// Messages that are being delivered or on hold are not changed.
    ///
    /// @param reasons names in the reply catalogue
    /// @param maxAttempts messages with more counted attempts are left alone
    /// @return number of messages that became due
    int makeDue(ClaimScope scope, Set<String> reasons, int maxAttempts);

    /// Returns a mailbox's claimed messages to their pools, so that other mailboxes can claim them. Messages
    /// that are being delivered are not returned.
    ///
    /// @return number of messages returned
    /// @throws QueueException if the queue cannot be written; call the method again to return the remaining
    ///     messages
    int releaseToPools(ClaimScope scope);

    /// Reads how many recipients were delivered through an account, as recorded by settlements.
    ///
    /// @param since start of the period, on the steady clock; the first slot may begin less than ten minutes
    ///     earlier
    /// @return the slots of ten minutes in which mail was delivered, oldest first
    List<UsageSlot> quotaUsage(String account, Instant since);
}
