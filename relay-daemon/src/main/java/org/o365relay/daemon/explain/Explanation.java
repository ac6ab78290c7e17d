package org.o365relay.daemon.explain;

import java.util.List;
import org.o365relay.mail.Reply;

/// What the relay would do with a message, and why.
///
/// @param accepted whether the message would be accepted for at least one recipient
/// @param acceptedForAll whether it would be accepted for every recipient
/// @param reply the last reply to the client: the reply to the message content if the message would be
///     accepted, otherwise the last rejection
public record Explanation(List<ExplanationStep> steps, boolean accepted, boolean acceptedForAll, Reply reply) {

    public Explanation {
        steps = List.copyOf(steps);
    }
}
