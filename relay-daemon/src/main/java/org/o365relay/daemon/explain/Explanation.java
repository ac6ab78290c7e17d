package org.o365relay.daemon.explain;

import java.util.List;

/// What the relay would do with a message, and why.
///
/// @param dialogue what the client sends and what the relay replies
/// @param header a diff of the header as received (`-`) and as sent (`+`); empty if there is no message
/// @param accepted whether the message would be accepted for at least one recipient
/// @param acceptedForAll whether it would be accepted for every recipient
/// @param reply the reply to the message content if the message would be accepted, otherwise the last
///     rejection
public record Explanation(
        List<ExplanationStep> steps,
        List<Exchange> dialogue,
        List<String> header,
        boolean accepted,
        boolean acceptedForAll,
        String reply) {

    public Explanation {
        steps = List.copyOf(steps);
        dialogue = List.copyOf(dialogue);
        header = List.copyOf(header);
    }
}
