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

/// An event of the relay. Components named `by` contain the user name of the operator. Components named
/// `advice` describe what the admin can do, and are empty if there is nothing to do; in [Blocked] and
/// [Failover], the cause precedes the advice of the reply.
public sealed interface Event {

    /// A message was committed to the queue.
    ///
    /// @param size size of the message in octets
    record Accepted(QueueId id, Arrival arrival, Envelope envelope, long size) implements Event {}

    /// A connection, command or message was rejected.
    ///
    /// @param helo the client's HELO name; empty if it gave none
    record Rejected(
            InetAddress client,
            String helo,
            @Nullable EmailAddress from,
            @Nullable EmailAddress to,
            Reply reply) implements Event {}

    /// Rejected connections, commands or messages of a client that are not recorded individually, because there
    /// were too many.
    ///
    /// @param client the client; null for all clients whose rejections are not logged individually
    /// @param count number of rejections that were not recorded individually
    /// @param last reply to the last of them
    record MoreRejected(@Nullable InetAddress client, int count, Reply last) implements Event {}

    /// A device exceeded one of its limits; its MAIL or RCPT command was rejected with a temporary error.
    ///
    /// @param rejection the rejected command; its `to` is null if the command was MAIL
    /// @param name configured name of the device or its network; may be empty
    /// @param limit configuration key of the limit, such as `recipients-per-day`
    /// @param until time at which the device may send again
    record LimitExceeded(Rejected rejection, String name, String limit, Instant until) implements Event {}

    /// The upstream accepted the message for one recipient.
    record Delivered(RecipientAttempt attempt) implements Event {}

    /// Delivery to one recipient failed temporarily and will be retried.
    ///
    /// @param mayHaveArrived whether the upstream may have accepted the message, so that the next attempt may
    ///     deliver a duplicate
    record Deferred(RecipientAttempt attempt, Instant nextAttempt, boolean mayHaveArrived) implements Event {}

    /// Delivery to one recipient failed permanently.
    ///
    /// @param by operator who bounced the message; empty if the failure was not caused by an operator
    /// @param noticeTo recipient of the DSN or digest; null if none is sent
    /// @param inDigest whether the per-device limit on notices was reached, so that a digest replaces the DSN
    record Failed(
            RecipientAttempt attempt, String by, @Nullable EmailAddress noticeTo, boolean inDigest) implements Event {}

    /// The sender was notified that its message is delayed.
    ///
    /// @param client the device that sent the message
    /// @param waiting time since the message arrived
    /// @param inDigest whether the per-device limit on notices was reached, so that a digest replaces the delay
    ///     notice
    record Delayed(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest)
            implements Event {}

    /// A non-delivery report arrived for a message that the upstream had accepted.
    ///
    /// @param arrival when and how the message was received
    /// @param to the failed recipient as given in the report
    /// @param server host name of the server that gave the reason; empty if the report does not name it
    /// @param reply the reply given in the report
    /// @param reason name of the reply in the catalogue; empty if it is unknown
    /// @param noticeTo recipient of the DSN or digest; null if none is sent
    /// @param inDigest whether the per-device limit on notices was reached, so that a digest replaces the DSN
    record Ndr(
            QueueId id,
            Arrival arrival,
            EmailAddress mailbox,
            String to,
            String server,
            Reply reply,
            String reason,
            String advice,
            @Nullable EmailAddress noticeTo,
            boolean inDigest)
            implements Event {}

    /// The mailbox cannot send until a probe succeeds or the daily quota has room again. Its messages wait; no
    /// delivery attempt is counted.
    record Blocked(EmailAddress mailbox, String upstream, JudgedReply judged, Instant nextProbe) implements Event {}

    /// The mailbox sends again, because a probe succeeded or the daily quota has room again.
    ///
    /// @param after how long the outage lasted, including any time in which the upstream was only unreachable
    record Unblocked(EmailAddress mailbox, Duration after) implements Event {}

    /// The mailbox uses a fallback upstream because a preferred one was suspended or cannot be reached.
    ///
    /// @param judged reply that caused the suspension, or that states why the upstream cannot be reached
    record Failover(EmailAddress mailbox, String from, String to, JudgedReply judged) implements Event {}

    /// The mailbox switched back to an upstream that precedes the previous one in the order of preference.
    ///
    /// @param after how long that upstream was suspended
    record Failback(EmailAddress mailbox, String upstream, Duration after) implements Event {}

    /// The upstream cannot be reached or repeatedly loses connections, and no fallback can be used. Reported
    /// once per outage. Attempts that fail before MAIL are not counted.
    record Unreachable(EmailAddress mailbox, String upstream, JudgedReply judged, Instant nextAttempt)
            implements Event {}

    /// The mailbox sends again after its upstream was unreachable.
    ///
    /// @param upstream the upstream now in use
    /// @param after how long the outage lasted
    record Reachable(EmailAddress mailbox, String upstream, Duration after) implements Event {}

    /// The upstream asked for fewer concurrent connections or messages per minute. Reported once, when
    /// throttling begins.
    ///
    /// @param limit the limit after this report; 1 or more
    record Throttled(EmailAddress mailbox, String upstream, Reply reply, AccountLimit throttle, int limit)
            implements Event {}

    /// One of the relay's own limits has delayed due mail for some time. Reported once, when this begins.
    ///
    /// @param value the limit in effect: the configured one, or a lower one while the mailbox is throttled
    record LimitReached(EmailAddress mailbox, AccountLimit limit, int value) implements Event {}

    /// For the past minute, no due message has had to wait for the limit.
    ///
    /// @param after time for which the limit delayed mail
    record LimitOver(EmailAddress mailbox, AccountLimit limit, Duration after) implements Event {}

    /// A limit of an account, which is reduced while a mailbox is throttled.
    enum AccountLimit {
        CONNECTIONS,
        MESSAGES_PER_MINUTE
    }

    /// Mail from one author or to one recipient waits after repeated refusals.
    ///
    /// @param kind `author` or `recipient`
    /// @param address address of the author or recipient
    /// @param until time at which delivery of one of the messages is tried again
    record Backoff(EmailAddress mailbox, String kind, String address, JudgedReply judged, Instant until)
            implements Event {}

    /// An operator paused the mailbox. It stays paused, even after a restart, until it is resumed.
    record Paused(EmailAddress mailbox, String by) implements Event {}

    /// An operator resumed a paused mailbox.
    record Resumed(EmailAddress mailbox, String by) implements Event {}

    /// An operator requested an immediate probe of a blocked mailbox or of suspended upstreams.
    record Retried(EmailAddress mailbox, String by) implements Event {}

    /// An operator changed messages in the queue.
    ///
    /// @param change description of the change, such as `delete` or `redirect to sales@contoso.com`
    /// @param messages number of messages changed
    record QueueChanged(String change, long messages, String by) implements Event {}

    /// The configuration was reloaded.
    ///
    /// @param changes number of settings that changed
    /// @param by user name of the operator, or `SIGHUP`
    record Reloaded(long changes, String by) implements Event {}

    /// A setting was changed by reloading the configuration. Secrets are hidden.
    ///
    /// @param key key of the setting, or of the list in which an element was added or removed
    /// @param before previous value; null if there was none
    /// @param after value in force; null if there is none
    /// @param by user name of the operator, or `SIGHUP`
    record SettingChanged(
            String key, @Nullable String before, @Nullable String after, String by) implements Event {}

    /// A changed setting of the configuration file takes effect only after a restart.
    ///
    /// @param key key of the setting
    /// @param before value in force; null if there is none
    /// @param after value in the file; null if there is none
    record RestartNeeded(
            String key, @Nullable String before, @Nullable String after) implements Event {}

    /// The configuration was not reloaded; the previous one stays in force. Recorded for each problem.
    ///
    /// @param problem what is wrong, with file and line if it is in the file
    /// @param by user name of the operator, or `SIGHUP`
    record ReloadRejected(String problem, String by) implements Event {}

    /// A credential or certificate of the relay expires soon or has expired.
    ///
    /// @param what the credential or certificate, such as `client secret of relay@contoso.com`
    /// @param daysLeft days until the expiry, rounded up: 1 in the last 24 hours, 0 or negative when expired
    record Expiring(String what, Instant when, long daysLeft, String advice) implements Event {}

    /// The system clock was set, or the machine was suspended. Waits and ages do not depend on the system
    /// clock; a suspension does not count towards them.
    ///
    /// @param offset how far the clock was set forward, or how long the suspension lasted; negative if the clock
    ///     was set back
    record ClockChanged(Duration offset) implements Event {}

    /// The result of one delivery attempt, or of a bounce by an operator, for one recipient.
    ///
    /// @param message the message as it was accepted
    /// @param attempts number of delivery attempts, including this one
    /// @param sinceArrival time since the content was received completely
    record RecipientAttempt(
            Accepted message,
            EmailAddress to,
            String upstream,
            JudgedReply judged,
            int attempts,
            Duration sinceArrival) {}

    /// A reply, and what the relay makes of it.
    ///
    /// @param reply the reply, from the upstream or composed by the relay
    /// @param step step of the attempt at which it was sent, such as `rcpt`
    /// @param reason name of the reply in the catalogue or of a general reason, such as `unreachable`; empty
    ///     if the message was delivered
    record JudgedReply(Reply reply, String step, String reason, String advice) {

        /// Reason of messages that wait for the relay's own daily quota.
        public static final String DAILY_QUOTA = "daily-quota";

        /// @return whether the message or mailbox waits for a limit of the relay, so that no upstream sent the
        ///     reply
        public boolean isOwnLimit() {
            return reason.equals(DAILY_QUOTA);
        }
    }

    /// The queue cannot be written, so new mail is rejected temporarily and no message is delivered. Reported
    /// when this begins, and each time the cause changes.
    record QueueUnusable(String reason, String advice) implements Event {}

    /// The queue can be written again.
    ///
    /// @param after how long it could not be written
    record QueueUsable(Duration after) implements Event {}

    /// Part of the queue was found damaged. Reported at most once while the relay runs.
    record QueueDamaged(String reason, String advice) implements Event {}
}
