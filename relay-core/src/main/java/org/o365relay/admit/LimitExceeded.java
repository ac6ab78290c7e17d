package org.o365relay.admit;

import java.time.Instant;

/// A device exceeded a limit.
///
/// @param limit configuration key of the limit: `messages-per-minute`, `recipients-per-hour` or
///     `recipients-per-day`
/// @param allowed value of the limit
/// @param until earliest time at which the device may send again, provided that it sends nothing until then;
///     assumes that the messages that it is sending now will be accepted and count against the limit
public record LimitExceeded(String limit, int allowed, Instant until) {}
