package org.o365relay.queue;

import org.o365relay.mail.Priority;

/// Where a message is routed, and its priority.
///
/// @param route name of the mailbox or pool
public record Destination(String route, Priority priority) {}
