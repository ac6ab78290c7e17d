package org.o365relay.queue;

import org.o365relay.mail.Priority;

/// How a message leaves.
///
/// @param route what the mailbox or the pool is called
public record Destination(String route, Priority priority) {}
