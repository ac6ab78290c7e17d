package org.o365relay.daemon.report;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Why a message waits.
///
/// @param until when the wait is expected to end; null if unknown or if an operator must end it
/// @param text what the message waits for, in words that follow "waits for"
public record WaitReason(Kind kind, @Nullable Instant until, String text) {

    /// What kind of wait it is.
    public enum Kind {
        /// No relay is running.
        NOT_RUNNING,
        /// An operator has put the message on hold.
        HOLD,
        /// An operator has paused the mailbox.
        PAUSED,
        /// The mailbox is blocked until something is fixed or a limit of Microsoft ends.
        BLOCKED,
        /// The mailbox cannot reach its upstreams for the moment.
        RETRYING,
        /// The relay's own daily quota has no room for the recipients.
        DAILY_QUOTA,
        /// The author or a recipient was refused repeatedly.
        BACKOFF,
        /// The message was deferred, and its next attempt is not due yet.
        RETRY,
        /// The rate limit of the account.
        RATE_LIMIT,
        /// All connections of the account are in use.
        CONNECTIONS,
        /// Nothing: the message is about to be sent.
        TURN;

        /// @return the name in JSON, such as `rate-limit`
        public String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /// @return whether the wait is due to the mailbox and ends for all its messages together
        boolean isOfMailbox() {
            return switch (this) {
                case PAUSED, BLOCKED, RETRYING, DAILY_QUOTA, RATE_LIMIT, CONNECTIONS -> true;
                case NOT_RUNNING, HOLD, BACKOFF, RETRY, TURN -> false;
            };
        }
    }
}
