package org.o365relay.daemon.sandbox;

/// A refusal that brings a mailbox into Microsoft's penalty box if it is repeated.
///
/// Source: Microsoft, "Continuous error throttling for SMTP AUTH submissions"; the words are a reconstruction.
enum RepeatedError {
    MAILBOX_FULL("550 5.2.251 Sender throttled due to continuous mailbox full errors."),
    SEND_AS_DENIED("550 5.2.252 Sender throttled due to continuous send as denied errors."),
    TOO_MANY_RECIPIENTS("550 5.2.254 Sender throttled due to continuous too many recipients errors.");

    private final String penaltyReply;

    RepeatedError(String sentence) {
        this.penaltyReply = sentence;
    }

    /// What all mail gets while the penalty lasts.
    String penaltyReply() {
        return penaltyReply;
    }
}
