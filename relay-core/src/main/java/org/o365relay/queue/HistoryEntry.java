package org.o365relay.queue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An event in the history of a message.
///
/// @param recipient the recipient's ordinal; null for the whole message
/// @param kind result of an attempt: `delivered`, `deferred`, `failed`, `postponed` (the mailbox or its
///     upstream failed; the attempt does not count) or `interrupted` (the relay stopped or failed during the
///     attempt, which may have succeeded); action of an operator: `retried`, `held`, `released`, `bounced`,
///     `deleted`, `redirected`; `delayed` (the sender was notified of the delay), `ndr` (Exchange reported
///     later that it could not deliver), `restored` (from a backup) or `damaged`
/// @param upstream name of the upstream used for the attempt; empty if there was none
/// @param detail the reply, or a description of the event
/// @param reason name of the reason, such as `unknown-reply`; empty if not known
/// @param uncertain whether the upstream may have accepted the message nevertheless, so that another attempt
///     may cause a duplicate
public record HistoryEntry(
        Instant at,
        @Nullable Integer recipient,
        String kind,
        String upstream,
        String detail,
        String reason,
        boolean uncertain) {}
