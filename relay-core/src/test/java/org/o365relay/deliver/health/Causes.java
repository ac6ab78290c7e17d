package org.o365relay.deliver.health;

import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Reply;

/// Causes with a reason that does not matter.
final class Causes {

    private Causes() {}

    static Cause of(Step step, Reply reply, String explanation) {
        return new Cause(step, reply, "relay", explanation, "");
    }
}
