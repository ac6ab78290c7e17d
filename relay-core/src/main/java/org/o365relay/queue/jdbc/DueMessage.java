package org.o365relay.queue.jdbc;

import java.time.Instant;
import org.o365relay.mail.Priority;

/// A message that was due when it was read; another mailbox may claim it first.
record DueMessage(long id, Instant at, String mailbox, Priority priority, String client) {}
