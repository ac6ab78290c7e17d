package org.o365relay.deliver.health;

import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.journal.Event.JudgedReply;
import org.o365relay.mail.Reply;

/// The failure that caused an upstream to be suspended or a mailbox to be blocked.
///
/// @param step step at which the attempt failed
/// @param reason [reason][Verdict#reason] of the failure, for the journal
/// @param explanation explanation in plain words
/// @param advice what the admin can do; may be empty
public record Cause(Step step, Reply reply, String reason, String explanation, String advice) {

    static Cause of(Verdict failure) {
        Response response = failure.response();
        return new Cause(response.step(), response.reply(), failure.reason(), failure.cause() + ".", failure.advice());
    }

    /// @return the explanation followed by the advice
    String text() {
        return (explanation + " " + advice).strip();
    }

    /// @return the reply with its reason, for the journal; the explanation precedes the advice
    JudgedReply judged() {
        return new JudgedReply(reply, step.key(), reason, text());
    }

    /// @return whether a probe must send a message to find out if the failure persists, because it occurred at
    ///     MAIL or later
    boolean needsMessage() {
        return step.compareTo(Step.MAIL) >= 0;
    }

    /// @return whether an attempt that reached this step shows that the failure no longer occurs
    boolean isClearedAt(Step reached) {
        return step.compareTo(reached) <= 0;
    }
}
