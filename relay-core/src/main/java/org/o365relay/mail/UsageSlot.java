package org.o365relay.mail;

import java.time.Duration;
import java.time.Instant;

/// The recipients of a device in one slot of time, which count against its limits.
///
/// @param start start of the slot, a multiple of [#SLOT] since 1970
/// @param recipients of messages accepted, or about to be
public record UsageSlot(Instant start, int recipients) {

    /// Length of a slot.
    public static final Duration SLOT = Duration.ofMinutes(10);

    /// How long a slot counts after its start: 24 hours after its last possible recipient.
    public static final Duration RETENTION = Duration.ofHours(24).plus(SLOT);
}
