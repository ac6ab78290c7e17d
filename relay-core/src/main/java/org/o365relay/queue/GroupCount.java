package org.o365relay.queue;

import java.time.Instant;

/// Number of open messages in a group.
///
/// @param name the name of the group: a mailbox or pool, a client's address, or a reason
/// @param oldest when the oldest message was received
public record GroupCount(String name, long messages, Instant oldest) {}
