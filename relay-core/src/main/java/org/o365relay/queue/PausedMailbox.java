package org.o365relay.queue;

import java.time.Instant;

/// A mailbox from which nothing leaves because an operator said so.
///
/// @param mailbox in lower case
/// @param at since when
/// @param by who said so
public record PausedMailbox(String mailbox, Instant at, String by) {}
