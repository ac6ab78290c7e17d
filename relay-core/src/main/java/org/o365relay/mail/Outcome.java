package org.o365relay.mail;

/// The outcome of one delivery attempt for one recipient. Only `org.o365relay.deliver.FailurePolicy` maps the
/// replies of upstreams to outcomes. When the retry time is exceeded, a temporary failure becomes permanent.
public sealed interface Outcome {

    /// @return the reply from the upstream, or one composed by the relay
    Reply reply();

    /// The upstream has accepted responsibility for the message.
    record Delivered(Reply reply) implements Outcome {}

    /// Temporary failure; the relay retries.
    record Deferred(Reply reply) implements Outcome {}

    /// Permanent failure; the message is bounced for this recipient.
    record Failed(Reply reply) implements Outcome {}
}
