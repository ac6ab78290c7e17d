package org.o365relay.daemon.check;

import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.UpstreamCheck.Finding;
import org.o365relay.deliver.Verdict;
import org.o365relay.mail.EmailAddress;

/// What a response means, in the words of a step.
record ResponseStep(EmailAddress mailbox) {

    Verdict judge(Response response) {
        return new FailurePolicy(mailbox).judge(response, false);
    }

    /// @return a step that failed
    CheckStep step(Response response) {
        Verdict verdict = judge(response);
        String what = response.origin() == Origin.SIGN_IN ? "token" : name(response.step());
        return new CheckStep(
                CheckStep.Result.FAILED, what, response.reply().toString(), verdict.cause(), verdict.advice());
    }

    /// @return a step after which mail can leave, if not all of it
    static CheckStep step(Finding finding) {
        String what = name(finding.step());
        return finding.isWarning()
                ? new CheckStep(CheckStep.Result.WARNING, what, finding.detail(), "", finding.advice())
                : CheckStep.passed(what, finding.detail());
    }

    static String name(Response.Step step) {
        return switch (step) {
            case CONNECT -> "connect";
            case GREETING -> "greeting";
            case EHLO -> "EHLO";
            case STARTTLS -> "TLS";
            case AUTH -> "sign-in";
            case MAIL -> "sender";
            case RCPT -> "recipient";
            case CONTENT, END_OF_CONTENT -> "message";
        };
    }
}
