package org.o365relay.daemon.check;

import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.EmailAddress;

/// Converts responses and findings from an upstream to steps of a check. A step has the same name whether it
/// passes or fails, and each failed step has advice.
record CheckStepFactory(EmailAddress mailbox) {

    Verdict judge(Response response) {
        return new FailurePolicy(mailbox).judge(response, false);
    }

    /// @return a failed step
    CheckStep step(Response response) {
        Verdict verdict = judge(response);
        return new CheckStep(
                CheckStep.Result.FAILED, name(response.step()), detail(response), verdict.cause(), advice(verdict));
    }

    /// @return the reply; only its text if the relay composed it, because a code would suggest that a server
    ///     sent it
    private static String detail(Response response) {
        return switch (response.origin()) {
            case SUBMISSION, CONNECTOR, NDR, FOREIGN_NDR, GRAPH, SIGN_IN ->
                response.reply().toString();
            case NETWORK, PROXY, TLS, RELAY, UNSUITABLE -> response.reply().text();
        };
    }

    private static String advice(Verdict verdict) {
        Response response = verdict.response();
        return verdict.advice().isEmpty() ? generalAdvice(response) : verdict.advice();
    }

    private static String generalAdvice(Response response) {
        String server = response.step() == Step.AUTH ? "the sign-in service" : "the upstream";
        return switch (response.origin()) {
            case NETWORK ->
                "Check that the firewall lets this host connect to " + server
                        + " (address and port as above), and that no proxy or virus scanner ends the connection.";
            case SUBMISSION, CONNECTOR, NDR, FOREIGN_NDR, GRAPH, SIGN_IN ->
                response.reply().category() == 4
                        ? "Run the check again in a few minutes. If it still fails, see the service health in the"
                                + " Microsoft 365 admin center, or ask the administrator of the upstream."
                        : "Search for the reply: o365-relay explain-reply, or ask the administrator of the upstream.";
            case PROXY, TLS, RELAY, UNSUITABLE ->
                "Correct the configuration of the upstream, then run the check again.";
        };
    }

    /// @return a step with the result OK or WARNING; FAILED if a later failure showed that this step had failed
    static CheckStep step(Finding finding) {
        String name = name(finding.step());
        if (finding.failed()) {
            return new CheckStep(CheckStep.Result.FAILED, name, finding.detail(), "", "See the next failure.");
        }
        return finding.isWarning()
                ? new CheckStep(CheckStep.Result.WARNING, name, finding.detail(), "", finding.advice())
                : CheckStep.passed(name, finding.detail());
    }

    static String name(Response.Step step) {
        return switch (step) {
            case PROXY -> "proxy";
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
