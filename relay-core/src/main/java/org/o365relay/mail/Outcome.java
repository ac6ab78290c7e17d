package org.o365relay.mail;

/// What came of one attempt for one recipient. Which replies become which outcome is decided in
/// `org.o365relay.deliver.FailurePolicy` and nowhere else.
public sealed interface Outcome {

    /// @return what the upstream said, or what the relay says in its place when the upstream said nothing
    Reply reply();

    /// The upstream has taken responsibility.
    record Delivered(Reply reply) implements Outcome {}

    /// Not now; the relay tries again.
    record Deferred(Reply reply) implements Outcome {}

    /// Never; a notice says so.
    record Failed(Reply reply) implements Outcome {}
}
