package org.o365relay.mail;

import java.time.Duration;
import java.time.Instant;

/// The number of recipients in one time slot that count against the limits of a device or an account.
///
/// @param start start of the slot; the time since 1970-01-01T00:00Z is a multiple of [#SLOT]
/// @param recipients for a device, the number of recipients of messages that were accepted or are about to be
///     accepted; for an account, the number of recipients to whom messages were delivered
public record UsageSlot(Instant start, int recipients) {

    /// Length of a slot.
    public static final Duration SLOT = Duration.ofMinutes(10);

    /// Time from the start of a slot until the slot no longer counts: 24 hours after its end.
    public static final Duration RETENTION = Duration.ofHours(24).plus(SLOT);
}
