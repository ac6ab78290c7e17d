package org.o365relay.deliver.health;

import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.Reply;

/// The failure because of which an upstream is suspended or a mailbox is blocked.
///
/// @param step step of the attempt that failed
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

    /// @return explanation and advice
    String text() {
        return (explanation + " " + advice).strip();
    }

    /// @return whether signing in does not show that the failure is gone
    boolean needsMessage() {
        return step.compareTo(Step.MAIL) >= 0;
    }

    /// @return whether a reply to this step shows that the failure is gone
    boolean isDisprovedAt(Step reached) {
        return step.compareTo(reached) <= 0;
    }
}
