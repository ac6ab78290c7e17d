package org.o365relay.queue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Something that happened to a message.
///
/// @param recipient the recipient's ordinal; null for the whole message
/// @param kind `delivered`, `deferred`, `failed`, `held` (the mailbox was in trouble) or `interrupted` (the
///     relay ended during an attempt, which may have been successful)
/// @param upstream where it was tried; empty if nowhere
/// @param detail the reply, or what happened
public record Event(Instant at, @Nullable Integer recipient, String kind, String upstream, String detail) {}
