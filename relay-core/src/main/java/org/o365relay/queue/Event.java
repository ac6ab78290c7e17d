package org.o365relay.queue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Something that happened to a message.
///
/// @param recipient the recipient's ordinal; null for the whole message
/// @param kind `delivered`, `deferred`, `failed`, `held` (the mailbox was in trouble) or `interrupted` (the
///     relay ended or failed during an attempt, which may have been successful); of an operator `retried`,
///     `put-on-hold`, `released`, `bounced`, `deleted`, `redirected`; `warned` (the author was told that it takes
///     long), `returned` (a report said later that it was not delivered), `restored` (with a backup), `damaged`
/// @param upstream where it was tried; empty if nowhere
/// @param detail the reply, or what happened
/// @param reason what the reply means, as in the catalogue of replies; empty if not known
/// @param uncertain whether the upstream may have taken the message all the same, so that the next attempt may make a
///     duplicate
public record Event(
        Instant at,
        @Nullable Integer recipient,
        String kind,
        String upstream,
        String detail,
        String reason,
        boolean uncertain) {}
