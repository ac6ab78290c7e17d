package org.o365relay.queue.jdbc;

import java.time.Instant;
import org.o365relay.mail.Priority;

/// A message that was due when it was read. Another mailbox of its pool may claim it before the reader does.
record DueMessage(long id, Instant at, String mailbox, Priority priority, String client) {}
