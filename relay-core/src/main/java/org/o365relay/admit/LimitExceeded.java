package org.o365relay.admit;

import java.time.Instant;

/// A device has used up what it may.
///
/// @param limit the configuration key of the limit: `messages-per-minute`, `recipients-per-hour`,
///     `recipients-per-day`
/// @param allowed how many that are
/// @param until when there is room again, if nothing else is sent and what is being sent now is accepted
public record LimitExceeded(String limit, int allowed, Instant until) {}
