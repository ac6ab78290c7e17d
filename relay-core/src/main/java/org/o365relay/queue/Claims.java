package org.o365relay.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.UsageSlot;

/// The queue operations that delivery uses: claim, read and settle due messages.
///
/// A claim that is neither settled nor otherwise ended lasts until its lease expires or the relay is next
/// started. Every method throws a [QueueException] if the disk fails.
public interface Claims {

    /// Claims due messages of a scope: urgent messages first; within a priority, one message from each client
    /// in turn, starting after the client served last; from each client, the message that has been due longest.
    /// The attempt is counted before it is made. Claimed messages belong to the mailbox until they are
    /// [released][#releaseToPools].
    ///
    /// @param max maximum number of claims, at least 1
    /// @return the claims; an empty list if no message is due
    List<Claim> claim(ClaimScope scope, int max);

    /// Waits until a message of the scope may be due, but at most for the time `atMost`. A message may be due
    /// when one was committed, deferred or released, or when the next one has become due.
    void awaitDue(ClaimScope scope, Duration atMost) throws InterruptedException;

    /// Opens the original content, byte for byte as received.
    ContentStream content(Claim claim);

    /// Records the result of a delivery attempt. When no recipient is left open, the content is deleted, and
    /// the metadata is kept for the retention time. Notices are queued in the same transaction.
    ///
    /// @param suppressed notices over the hourly limit, for a digest
    /// @return the IDs of the notices, in the same order
    /// @throws QueueException if the disk fails (the caller can settle again) or the lease has ended (the
    ///     exception is [final][QueueException#isFinal]); nothing is recorded then
    /// @throws IllegalArgumentException if the settlement does not cover exactly the claim's recipients
    List<QueueId> settle(
            Claim claim, Settlement settlement, List<LocalMessage> notices, List<SuppressedNotice> suppressed);

    /// Ends a claim as if it had not been made: no attempt is counted, and the message keeps its place in the
    /// queue. If no attempt was made before this claim, the message returns to its pool. Does nothing if the
    /// lease has ended.
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

    /// Makes a message that was claimed and deferred due now, as [Change.Retry] does. Does nothing if the
    /// message is already due, being delivered, on hold or settled.
    ///
    /// @param by name of the operator who requested it, for the history
    void retry(Claim claim, String by);

    /// Returns a mailbox's claimed messages to their pools, so that other mailboxes can claim them. Messages
    /// that are being delivered are not returned.
    ///
    /// @return number of messages returned
    /// @throws QueueException if the disk fails; call the method again to return the remaining messages
    int releaseToPools(ClaimScope scope);

    /// Reads how many recipients an account has sent to, as recorded by settlements.
    ///
    /// @param since start of the period; the first slot may begin up to ten minutes earlier
    /// @return the slots of ten minutes in which mail was sent, oldest first
    List<UsageSlot> quotaUsage(String account, Instant since);
}
