package org.o365relay.deliver;

/// What a response means; of [FailurePolicy] in earnest.
@FunctionalInterface
interface ResponseClassifier {

    /// @param alias whether the message went out under an author of the send-as list instead of the mailbox
    Verdict judge(Response response, boolean alias);
}
