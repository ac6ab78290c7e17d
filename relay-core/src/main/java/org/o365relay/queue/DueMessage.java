package org.o365relay.queue;

import java.time.Instant;
import org.o365relay.mail.Priority;

/// A message that is due, as far as can be seen before it is claimed.
record DueMessage(long id, Instant at, String mailbox, Priority priority, String client) {}
