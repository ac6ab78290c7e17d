package org.o365relay.mail;

import java.time.LocalDate;

/// What a device sent on one day, and what became of it.
///
/// @param day date in the time zone of the relay
/// @param accepted number of accepted messages
/// @param delivered number of recipients to whom messages were delivered
/// @param failed number of recipients to whom delivery failed permanently, including those reported by an NDR
///     after the delivery
/// @param rejected number of rejected commands, messages and connections
public record DeviceDay(LocalDate day, long accepted, long delivered, long failed, long rejected) {

    /// @return these counts plus the others, on the day of these
    public DeviceDay plus(DeviceDay other) {
        return new DeviceDay(
                day,
                accepted + other.accepted,
                delivered + other.delivered,
                failed + other.failed,
                rejected + other.rejected);
    }
}
