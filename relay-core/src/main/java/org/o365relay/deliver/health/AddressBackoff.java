package org.o365relay.deliver.health;

import java.time.Instant;

/// A backoff of an author or recipient, as shown to operators.
///
/// @param kind `author` or `recipient`
/// @param address address of the author or recipient, in lower case
/// @param until when the next message is tried
/// @param reason reason for the refusals, as recorded in the queue
/// @param reply the last refusal
public record AddressBackoff(String kind, String address, Instant until, String reason, String reply) {}
