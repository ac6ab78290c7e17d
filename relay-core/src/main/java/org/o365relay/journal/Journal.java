package org.o365relay.journal;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

/// One method per event an operator looks for.
public interface Journal {

    /// A message is committed and was answered with 250.
    void accepted(QueueId id, Arrival arrival, Envelope envelope, long size);

    /// A client, command or message was turned away.
    ///
    /// @param helo what the client called itself; empty if it did not say
    void rejected(InetAddress client, String helo, @Nullable EmailAddress from, @Nullable EmailAddress to, Reply reply);

    /// A device has used up what it may, and was told to come back later.
    void limitExceeded(ExceededLimit overdrawn);

    /// The upstream has taken the message for this recipient.
    void delivered(Delivery delivery);

    /// This recipient is tried again.
    ///
    /// @param nextAttempt when
    /// @param mayHaveArrived whether the connection was lost after the final dot, so that the next attempt may
    ///     be a duplicate
    void deferred(Delivery delivery, Instant nextAttempt, boolean mayHaveArrived);

    /// This recipient is given up.
    ///
    /// @param noticeTo who is told; null for nobody
    /// @param inDigest whether there were too many notices about the device, so that a digest tells later
    void failed(Delivery delivery, @Nullable EmailAddress noticeTo, boolean inDigest);

    /// Somebody is told that a message waits.
    ///
    /// @param client the device it came from
    /// @param waiting since it came in
    /// @param inDigest as for [#failed]
    void delayed(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest);

    /// A report in the mailbox says that a message, though it was taken, was not delivered.
    ///
    /// @param to whom it was for, as the report has it
    /// @param reply why not
    /// @param noticeTo who is told; null for nobody
    /// @param inDigest whether in a digest, for there were too many notices about the device
    void ndr(
            QueueId id,
            EmailAddress mailbox,
            String to,
            Reply reply,
            String advice,
            @Nullable EmailAddress noticeTo,
            boolean inDigest);

    /// Nothing leaves through the mailbox until a probe succeeds; no message loses an attempt.
    ///
    /// @param advice what the admin can do about it
    void blocked(EmailAddress mailbox, String upstream, Reply reply, String advice, Instant nextProbe);

    /// A probe has succeeded.
    ///
    /// @param after how long the mailbox was paused
    void unblocked(EmailAddress mailbox, Duration after);

    /// Mail of the mailbox takes another road, for this one is closed.
    ///
    /// @param reply why
    /// @param advice what the admin can do about it; empty if it is not his affair
    void failover(EmailAddress mailbox, String from, String to, Reply reply, String advice);

    /// Mail takes the better road again.
    ///
    /// @param after how long that was closed
    void failback(EmailAddress mailbox, String upstream, Duration after);

    /// The upstream cannot be reached, or lets nobody in for the moment, and there is no other road. Told once for
    /// an outage; no message loses an attempt.
    void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextTry);

    /// Mail leaves again after it could not.
    ///
    /// @param upstream the road that is open
    /// @param after how long nothing left
    void reachable(EmailAddress mailbox, String upstream, Duration after);

    /// The upstream wants fewer connections at once. Told when it begins.
    ///
    /// @param connections how many there are now
    void throttled(EmailAddress mailbox, String upstream, Reply reply, int connections);

    /// Mail of one author, or to one recipient, waits, for the same refusal came again and again.
    ///
    /// @param kind `author` or `recipient`
    /// @param address whose mail is held
    /// @param until when one message tries again
    void backoff(EmailAddress mailbox, String kind, String address, Reply reply, String advice, Instant until);

    /// An operator has stopped the mailbox: nothing leaves through it until it is started again, also after a restart.
    ///
    /// @param by who said so
    void paused(EmailAddress mailbox, String by);

    /// An operator lets mail of a stopped mailbox leave again.
    ///
    /// @param by who said so
    void resumed(EmailAddress mailbox, String by);

    /// An operator has changed messages in the queue.
    ///
    /// @param change what was done, such as `delete` or `redirect to sales@contoso.com`
    /// @param messages how many were changed
    /// @param by who said so
    void queueChanged(String change, long messages, String by);

    /// Something the relay signs in with ends soon.
    ///
    /// @param what such as `client secret of relay@contoso.com`
    /// @param daysLeft 0 on the last day, negative when it has ended
    void expiring(String what, Instant when, long daysLeft, String advice);

    /// @return tells this journal and another, in this order
    default Journal and(Journal other) {
        return new CombinedJournal(this, other);
    }

    /// What there is to say of a device that has used up what it may.
    ///
    /// @param name what the device or its network is called; may be empty
    /// @param helo what the client called itself; empty if it did not say
    /// @param to null if it was the message that was too much
    /// @param limit the configuration key of the limit: `recipients-per-day`
    /// @param until when there is room again
    record ExceededLimit(
            InetAddress client,
            String name,
            String helo,
            @Nullable EmailAddress from,
            @Nullable EmailAddress to,
            String limit,
            Instant until,
            Reply reply) {}

    /// What there is to say of one recipient after one attempt.
    ///
    /// @param client the device it came from
    /// @param sinceArrival from the end of the content to now
    /// @param advice what the admin can do about the reply; empty if nothing
    /// @param attempts this one included
    record Delivery(
            QueueId id,
            InetAddress client,
            @Nullable EmailAddress from,
            EmailAddress to,
            long size,
            String upstream,
            Reply reply,
            String advice,
            int attempts,
            Duration sinceArrival) {}
}
