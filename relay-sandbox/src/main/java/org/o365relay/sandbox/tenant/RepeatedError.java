package org.o365relay.sandbox.tenant;

/// An error that, if repeated, makes Exchange Online refuse all mail from the mailbox for some time.
///
/// Source: Microsoft, "Continuous error throttling for SMTP AUTH submissions"; the article does not quote the
/// replies, so their texts are approximations.
public enum RepeatedError {
    MAILBOX_FULL("550 5.2.251 Sender throttled due to continuous mailbox full errors."),
    SEND_AS_DENIED("550 5.2.252 Sender throttled due to continuous send as denied errors."),
    TOO_MANY_RECIPIENTS("550 5.2.254 Sender throttled due to continuous too many recipients errors.");

    private final String penaltyReply;

    RepeatedError(String penaltyReply) {
        this.penaltyReply = penaltyReply;
    }

    /// The reply to all mail during the penalty.
    String penaltyReply() {
        return penaltyReply;
    }
}
