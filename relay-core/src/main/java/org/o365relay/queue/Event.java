package org.o365relay.queue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Something that happened to a message.
///
/// @param recipient the recipient's ordinal; null for the whole message
/// @param kind result of an attempt: `delivered`, `deferred`, `failed`, `postponed` (the mailbox or its upstream
/// failed;
///     the attempt does not count) or `interrupted` (the relay ended or failed during the attempt, which may have
///     succeeded); action of an operator: `retried`, `held`, `released`, `bounced`, `deleted`, `redirected`; `delayed`
///     (the sender was notified of the delay), `ndr` (Exchange reported later that it could not deliver), `restored`
///     (from a backup) or `damaged`
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
