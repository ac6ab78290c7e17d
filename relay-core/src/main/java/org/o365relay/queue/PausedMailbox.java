package org.o365relay.queue;

import java.time.Instant;

/// A mailbox that an operator has paused.
///
/// @param mailbox key of the address of the mailbox
/// @param at when the mailbox was paused
/// @param by name of the operator
public record PausedMailbox(String mailbox, Instant at, String by) {}
