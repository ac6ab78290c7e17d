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

/// Receives the events of the relay, one method for each. [LogEvent] lists their names in the log.
public interface Journal {

    /// A message was committed and answered with 250.
    ///
    /// @param size octets
    void accepted(QueueId id, Arrival arrival, Envelope envelope, long size);

    /// A connection, command or message was rejected.
    ///
    /// @param helo the client's HELO name; empty if it gave none
    void rejected(InetAddress client, String helo, @Nullable EmailAddress from, @Nullable EmailAddress to, Reply reply);

    /// A device exceeded one of its limits; its command or message was rejected with a temporary error.
    void limitExceeded(ExceededLimit excess);

    /// The upstream accepted the message for this recipient.
    void delivered(Delivery delivery);

    /// Delivery to this recipient failed temporarily and will be retried.
    ///
    /// @param mayHaveArrived whether the connection was lost after the final dot, so that the next attempt may
    ///     deliver a duplicate
    void deferred(Delivery delivery, Instant nextAttempt, boolean mayHaveArrived);

    /// Delivery to this recipient failed permanently.
    ///
    /// @param noticeTo recipient of the DSN; null if none is sent
    /// @param inDigest whether the per-device limit of notices was reached, so that a digest replaces the DSN
    void failed(Delivery delivery, @Nullable EmailAddress noticeTo, boolean inDigest);

    /// The sender was notified that its message is delayed.
    ///
    /// @param client the device that sent the message
    /// @param waiting time since the message arrived
    /// @param inDigest as in [#failed]
    void delayed(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest);

    /// A non-delivery report arrived for a message that the upstream had accepted.
    ///
    /// @param to the failed recipient as given in the report
    /// @param reply the reason given in the report
    /// @param noticeTo recipient of the DSN; null if none is sent
    /// @param inDigest as in [#failed]
    void ndr(
            QueueId id,
            EmailAddress mailbox,
            String to,
            Reply reply,
            String advice,
            @Nullable EmailAddress noticeTo,
            boolean inDigest);

    /// The mailbox cannot send until a probe succeeds. Its messages wait; no delivery attempt is counted.
    ///
    /// @param advice what the admin can do
    void blocked(EmailAddress mailbox, String upstream, Reply reply, String advice, Instant nextProbe);

    /// A probe succeeded and the mailbox sends again.
    ///
    /// @param after how long the mailbox was blocked
    void unblocked(EmailAddress mailbox, Duration after);

    /// The mailbox switched to a fallback upstream because the current one was suspended.
    ///
    /// @param reply why the upstream was suspended
    /// @param advice what the admin can do; empty if nothing
    void failover(EmailAddress mailbox, String from, String to, Reply reply, String advice);

    /// The mailbox switched back to a preferred upstream.
    ///
    /// @param after how long that upstream was suspended
    void failback(EmailAddress mailbox, String upstream, Duration after);

    /// The upstream cannot be reached or accepts no connections, and there is no fallback. Reported once per
    /// outage; no delivery attempt is counted.
    void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextAttempt);

    /// The mailbox sends again after its upstream was unreachable.
    ///
    /// @param upstream the upstream now in use
    /// @param after how long the outage lasted
    void reachable(EmailAddress mailbox, String upstream, Duration after);

    /// The upstream asked for fewer concurrent connections. Reported once, when throttling begins.
    ///
    /// @param connections the reduced limit
    void throttled(EmailAddress mailbox, String upstream, Reply reply, int connections);

    /// Mail from one author or to one recipient waits after repeated refusals.
    ///
    /// @param kind `author` or `recipient`
    /// @param address that author or recipient
    /// @param until time at which one message is tried again
    void backoff(EmailAddress mailbox, String kind, String address, Reply reply, String advice, Instant until);

    /// An operator paused the mailbox. It stays paused, even after a restart, until it is resumed.
    ///
    /// @param by name of the operator
    void paused(EmailAddress mailbox, String by);

    /// An operator resumed a paused mailbox.
    ///
    /// @param by name of the operator
    void resumed(EmailAddress mailbox, String by);

    /// An operator requested an immediate probe of a blocked mailbox or of suspended upstreams.
    ///
    /// @param by name of the operator
    void retried(EmailAddress mailbox, String by);

    /// An operator changed messages in the queue.
    ///
    /// @param change such as `delete` or `redirect to sales@contoso.com`
    /// @param messages number of messages changed
    /// @param by name of the operator
    void queueChanged(String change, long messages, String by);

    /// A credential of the relay expires soon or has expired.
    ///
    /// @param what such as `client secret of relay@contoso.com`
    /// @param daysLeft 0 on the last day, negative when expired
    void expiring(String what, Instant when, long daysLeft, String advice);

    /// @return a journal that passes every event to this one, then to the other
    default Journal and(Journal other) {
        return new CombinedJournal(this, other);
    }

    /// A limit that a device exceeded.
    ///
    /// @param name configured name of the device or its network; may be empty
    /// @param helo the client's HELO name; empty if it gave none
    /// @param to null if the limit concerns the message as a whole
    /// @param limit configuration key of the limit: `recipients-per-day`
    /// @param until time at which the device may send again
    record ExceededLimit(
            InetAddress client,
            String name,
            String helo,
            @Nullable EmailAddress from,
            @Nullable EmailAddress to,
            String limit,
            Instant until,
            Reply reply) {}

    /// The result of one delivery attempt for one recipient.
    ///
    /// @param client the device that sent the message
    /// @param size octets
    /// @param advice what the admin can do about the reply; empty if nothing
    /// @param attempts number of attempts, including this one
    /// @param sinceArrival time since the content was received completely
    /// @param by name of the operator who bounced the message; empty if the relay or the upstream did
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
            Duration sinceArrival,
            String by) {}
}
