package org.o365relay.mail;

/// The outcome of one delivery attempt for one recipient. Only `org.o365relay.deliver.FailurePolicy` maps
/// replies to outcomes.
public sealed interface Outcome {

    /// @return reply of the upstream, or of the relay if the upstream did not reply
    Reply reply();

    /// The upstream has accepted responsibility.
    record Delivered(Reply reply) implements Outcome {}

    /// Temporary failure; the relay retries.
    record Deferred(Reply reply) implements Outcome {}

    /// Permanent failure; the sender is notified.
    record Failed(Reply reply) implements Outcome {}
}
