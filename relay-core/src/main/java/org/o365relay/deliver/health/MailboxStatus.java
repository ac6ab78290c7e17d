package org.o365relay.deliver.health;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.limits.LimitUsage;
import org.o365relay.journal.Event.JudgedReply;

/// State of one mailbox, as shown to operators.
///
/// @param mailbox address of the mailbox
/// @param since when the state began; null if the mailbox is open
/// @param upstream name of the upstream in use or, if no mail is sent, of the upstream with the failure that is
///     shown; if the mailbox is paused, of the first open upstream or, if none is open, of the primary
/// @param reply reply that caused the state, from the upstream or, if it did not reply, composed by the relay;
///     empty if the mailbox is open or paused, or blocked by the relay's own daily quota
/// @param reason reason of the failure that caused the state, as recorded in the queue, such as
///     `credentials-incorrect` or `daily-quota`; empty if the mailbox is open or paused
/// @param cause cause of the state, in plain words; empty if the mailbox is open
/// @param advice advice for the admin; may be empty
/// @param nextProbe when the next probe is due; null if the mailbox is open or paused
/// @param delivering number of deliveries in flight
/// @param messagesPerMinute temporarily lowered rate, because the upstream asked for fewer messages; null if
///     the rate is not lowered
/// @param limits limits of the account and their usage; null if unknown
/// @param backoffs backoffs of authors and recipients
public record MailboxStatus(
        String mailbox,
        State state,
        @Nullable Instant since,
        String upstream,
        String reply,
        String reason,
        String cause,
        String advice,
        @Nullable Instant nextProbe,
        int delivering,
        @Nullable Integer messagesPerMinute,
        @Nullable LimitUsage limits,
        List<AddressBackoff> backoffs) {

    public MailboxStatus {
        backoffs = List.copyOf(backoffs);
    }

    /// The status of a mailbox without a reason, limits and backoffs.
    public MailboxStatus(
            String mailbox,
            State state,
            @Nullable Instant since,
            String upstream,
            String reply,
            String cause,
            String advice,
            @Nullable Instant nextProbe,
            int delivering) {
        this(mailbox, state, since, upstream, reply, "", cause, advice, nextProbe, delivering, null, null, List.of());
    }

    /// @param loweredRate messages per minute; null if the rate is not lowered
    /// @return a copy with this rate, these limits and these backoffs
    public MailboxStatus with(@Nullable Integer loweredRate, LimitUsage usage, List<AddressBackoff> active) {
        return new MailboxStatus(
                mailbox,
                state,
                since,
                upstream,
                reply,
                reason,
                cause,
                advice,
                nextProbe,
                delivering,
                loweredRate,
                usage,
                active);
    }

    /// @return whether the state is caused by the relay's own daily quota
    public boolean isDailyQuota() {
        return reason.equals(JudgedReply.DAILY_QUOTA);
    }

    /// State of a mailbox.
    public enum State {
        /// Mail is sent through the primary upstream.
        OPEN,
        /// Mail is sent through a fallback upstream.
        FAILOVER,
        /// The upstream cannot be reached at the moment and is retried after a short time, or deliveries in
        /// flight have reserved the rest of the daily quota.
        RETRYING,
        /// No mail is sent until something is fixed or a limit ends; probed automatically.
        BLOCKED,
        /// An operator has paused the mailbox.
        PAUSED
    }
}
