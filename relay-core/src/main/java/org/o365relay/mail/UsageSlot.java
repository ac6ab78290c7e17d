package org.o365relay.mail;

import java.time.Duration;
import java.time.Instant;

/// Recipients that a device has used up of its budget, in a slot of time.
///
/// @param since when the slot began: a whole multiple of [#SLOT] since 1970
/// @param recipients of messages that were accepted, or were about to be
public record UsageSlot(Instant since, int recipients) {

    /// How long a slot is.
    public static final Duration SLOT = Duration.ofMinutes(10);

    /// How long after its beginning a slot still counts: those 24 hours that began with its last recipient.
    public static final Duration RETENTION = Duration.ofHours(24).plus(SLOT);
}
