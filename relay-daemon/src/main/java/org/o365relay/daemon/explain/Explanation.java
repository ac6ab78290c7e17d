package org.o365relay.daemon.explain;

import java.util.List;
import org.o365relay.mail.Reply;

/// What the relay would do, and why.
///
/// @param accepted whether the message would be taken, if only for some of its recipients
/// @param acceptedForAll whether it would be taken for all of them
/// @param reply the last one the client would get
public record Explanation(List<ExplanationStep> steps, boolean accepted, boolean acceptedForAll, Reply reply) {

    public Explanation {
        steps = List.copyOf(steps);
    }
}
