package org.o365relay.deliver;

/// Classifies a response; in production [FailurePolicy].
@FunctionalInterface
interface ResponseClassifier {

    /// @param alias whether the message was sent as an author on the send-as list instead of the mailbox
    Verdict judge(Response response, boolean alias);
}
