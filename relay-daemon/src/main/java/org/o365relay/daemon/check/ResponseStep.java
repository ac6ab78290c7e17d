package org.o365relay.daemon.check;

import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.EmailAddress;

/// Converts responses and findings from an upstream to steps of a check.
record ResponseStep(EmailAddress mailbox) {

    Verdict judge(Response response) {
        return new FailurePolicy(mailbox).judge(response, false);
    }

    /// @return a failed step
    CheckStep step(Response response) {
        Verdict verdict = judge(response);
        String name = response.origin() == Origin.SIGN_IN ? "token" : name(response.step());
        return new CheckStep(
                CheckStep.Result.FAILED, name, response.reply().toString(), verdict.cause(), verdict.advice());
    }

    /// @return a step that passed, possibly with a warning
    static CheckStep step(Finding finding) {
        String name = name(finding.step());
        return finding.isWarning()
                ? new CheckStep(CheckStep.Result.WARNING, name, finding.detail(), "", finding.advice())
                : CheckStep.passed(name, finding.detail());
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
