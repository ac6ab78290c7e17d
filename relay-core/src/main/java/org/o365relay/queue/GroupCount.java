package org.o365relay.queue;

import java.time.Instant;

/// How many open messages have something in common.
///
/// @param name of what they have in common: a mailbox or pool, a client's address, a reason
/// @param oldest when the oldest of them was received
public record GroupCount(String name, long messages, Instant oldest) {}
