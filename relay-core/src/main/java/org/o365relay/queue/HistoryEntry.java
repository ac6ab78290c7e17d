package org.o365relay.queue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An event in the history of a message.
///
/// @param recipient the recipient's ordinal; null if the event concerns the whole message, or if an NDR names
///     an address that is not a recipient
/// @param kind result of an attempt: `delivered`, `deferred`, `failed`, `postponed` (deferred without counting
///     the attempt, for example because the upstream failed) or `interrupted` (the relay stopped or failed
///     during the attempt, or the lease expired; the attempt may have succeeded); action of an operator:
///     `retried`, `held`, `released`, `bounced`, `deleted`, `redirected`, `resent`
///     (in the history of both messages, each naming the other); `delayed` (the sender was notified of
///     the delay), `ndr` (Exchange reported later that it could not deliver), `restored` (from a backup) or
///     `damaged`
/// @param upstream name of the upstream used for the attempt; for `ndr`, of the reporting server; empty if
///     there is none or it was not recorded
/// @param detail the reply, or a description of the event
/// @param reason name of the reason, such as `unknown-reply`; empty if there is none or it is not known
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
