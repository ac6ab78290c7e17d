package org.o365relay.mail;

/// The outcome of one delivery attempt for one recipient. Only `org.o365relay.deliver.FailurePolicy` maps
/// replies to outcomes.
public sealed interface Outcome {

    /// @return the reply from the upstream, or the relay's own reply if the upstream did not reply
    Reply reply();

    /// The upstream has accepted responsibility for the message.
    record Delivered(Reply reply) implements Outcome {}

    /// Temporary failure; the relay retries.
    record Deferred(Reply reply) implements Outcome {}

    /// Permanent failure; the message is bounced.
    record Failed(Reply reply) implements Outcome {}
}
