package org.o365relay.deliver;

import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Verdict;

/// Classifies a response. Outside of tests this is [FailurePolicy].
@FunctionalInterface
interface ResponseClassifier {

    /// @param alias whether the message was sent as an author on the send-as list instead of the mailbox
    Verdict judge(Response response, boolean alias);
}
