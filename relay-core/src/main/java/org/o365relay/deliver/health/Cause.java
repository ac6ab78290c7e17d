package org.o365relay.deliver.health;

import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.Reply;

/// The failure for which an upstream is suspended or a mailbox is blocked.
///
/// @param step step at which the attempt failed
/// @param explanation explanation in plain words
/// @param advice what the admin can do; may be empty
public record Cause(Step step, Reply reply, String explanation, String advice) {

    public Cause(Step step, Reply reply, String explanation) {
        this(step, reply, explanation, "");
    }

    static Cause of(Verdict failure) {
        Response response = failure.response();
        return new Cause(response.step(), response.reply(), failure.cause() + ".", failure.advice());
    }

    /// @return the explanation followed by the advice
    String text() {
        return (explanation + " " + advice).strip();
    }

    /// @return whether only a message can show that the failure is gone: it occurred at MAIL or later
    boolean needsMessage() {
        return step.compareTo(Step.MAIL) >= 0;
    }

    /// @return whether a message that got to this step shows that the failure is gone
    boolean isDisprovedAt(Step reached) {
        return step.compareTo(reached) <= 0;
    }
}
