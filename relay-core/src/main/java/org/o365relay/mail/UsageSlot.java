package org.o365relay.mail;

import java.time.Duration;
import java.time.Instant;

/// The number of recipients in one time slot that count against the limits of a device or an account.
///
/// @param start start of the slot, a multiple of [#SLOT] since 1970
/// @param recipients number of recipients: of messages accepted or about to be accepted from a device, or
///     delivered through an account
public record UsageSlot(Instant start, int recipients) {

    /// Length of a slot.
    public static final Duration SLOT = Duration.ofMinutes(10);

    /// How long a slot counts after its start: until 24 hours after its last possible recipient.
    public static final Duration RETENTION = Duration.ofHours(24).plus(SLOT);
}
