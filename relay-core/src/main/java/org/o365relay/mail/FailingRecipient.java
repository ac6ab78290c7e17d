package org.o365relay.mail;

import java.time.Duration;
import java.time.Instant;

/// A recipient to whom messages of a device fail.
///
/// @param failed number of messages that failed since `since`, including those reported by an NDR
/// @param total number of messages that were delivered or failed since `since`
/// @param reason reason of the last failure: the name of the reply in the catalogue or a general reason; empty
///     if unknown
/// @param since time of the first failure
/// @param lastFailedAt time of the last failure
public record FailingRecipient(
        String address, long failed, long total, String reason, Instant since, Instant lastFailedAt) {

    /// Time from the last failure until the recipient no longer counts as failing.
    public static final Duration RETENTION = Duration.ofDays(7);

    /// @return whether the last failure is too long ago
    public boolean isOver(Instant now) {
        return lastFailedAt.plus(RETENTION).isBefore(now);
    }
}
