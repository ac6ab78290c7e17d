package org.o365relay.deliver.graph;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.RoadCheck;
import org.o365relay.deliver.RoadCheck.Finding;
import org.o365relay.identity.AccessToken;

/// Walks the road without sending anything: asks Graph to send what is no base64. Who may send is told that it is
/// none; who may not hears of that first.
record Inspection(Api api, GraphUpstreamSettings settings, Resting resting) {

    private static final byte[] NO_BASE64 = "*".getBytes(StandardCharsets.US_ASCII);

    RoadCheck run() {
        List<Finding> findings = new ArrayList<>();
        try {
            resting.check();
            reach(findings);
            signIn(findings);
            askToSend(findings);
            askForDrafts(findings);
            return new RoadCheck(findings, null);
        } catch (AttemptEnded e) {
            return new RoadCheck(findings, e.response());
        }
    }

    private void reach(List<Finding> findings) throws AttemptEnded {
        api.askNameless(Call.plain("GET", api.root(), Step.CONNECT));
        findings.add(new Finding(Step.CONNECT, "connected to " + settings));
        if ("https".equalsIgnoreCase(settings.root().getScheme())) {
            findings.add(new Finding(Step.STARTTLS, "the certificate is good"));
        }
    }

    private void signIn(List<Finding> findings) throws AttemptEnded {
        AccessToken token = api.token();
        findings.add(new Finding(Step.AUTH, "there is an access token, good until " + token.expiresAt()));
    }

    private void askToSend(List<Finding> findings) throws AttemptEnded {
        Answer answer = api.ask(Call.mime(api.address("sendMail"), Step.AUTH, Call.Body.of(NO_BASE64)));
        if (answer.status() != 400) {
            throw api.refused(Step.AUTH, answer);
        }
        findings.add(new Finding(Step.AUTH, "may send mail as " + settings.user() + " (Mail.Send)"));
    }

    /// Without it mail goes all the same, if it is not large.
    private void askForDrafts(List<Finding> findings) throws AttemptEnded {
        Answer answer = api.ask(Call.mime(api.address("messages"), Step.AUTH, Call.Body.of(NO_BASE64)));
        findings.add(new Finding(
                Step.AUTH,
                answer.status() == 400
                        ? "may make drafts, as messages above " + settings.largestDirect() / 1000
                                + " KB need (Mail.ReadWrite)"
                        : "messages above " + settings.largestDirect() / 1000
                                + " KB cannot be sent, for that takes drafts (Mail.ReadWrite): " + answer.refusal()));
    }
}
