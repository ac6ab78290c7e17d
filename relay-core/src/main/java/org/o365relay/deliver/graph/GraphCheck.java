package org.o365relay.deliver.graph;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.UpstreamCheck;
import org.o365relay.deliver.UpstreamCheck.Finding;
import org.o365relay.identity.TokenContents;
import org.o365relay.net.StrongTls;

/// Walks the road without sending anything: asks Graph to send what is no base64. Who may send is told that it is
/// none; who may not hears of that first.
record GraphCheck(GraphClient api, GraphUpstreamSettings settings, RetryAfterGate resting) {

    private static final byte[] NO_BASE64 = "*".getBytes(StandardCharsets.US_ASCII);
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;

    // Who hears one of these was let in; of other words nobody knows.
    private static final Set<String> ABOUT_THE_MESSAGE = Set.of(
            "ErrorMimeContentInvalidBase64String",
            "ErrorMimeContentInvalid",
            "ErrorInvalidRecipients",
            "RequestBodyRead",
            "UnableToDeserializePostBody");

    private static final String GRANT =
            "Smaller ones go. Give the app Mail.ReadWrite: Entra admin center > App registrations > the app > API"
                    + " permissions > Microsoft Graph > Application permissions, then Grant admin consent; or the"
                    + " Exchange role \"Application Mail.ReadWrite\". Or let large messages go by SMTP: put it before"
                    + " graph (upstream, fallback).";

    UpstreamCheck run() {
        List<Finding> findings = new ArrayList<>();
        try {
            resting.check();
            reach(findings);
            signIn(findings);
            askToSend(findings);
            askForDrafts(findings);
            return new UpstreamCheck(findings, null);
        } catch (AttemptEnded e) {
            return new UpstreamCheck(findings, e.response());
        }
    }

    private void reach(List<Finding> findings) throws AttemptEnded {
        GraphResponse answer = api.askNameless(GraphRequest.plain("GET", api.root(), Step.CONNECT));
        findings.add(new Finding(Step.CONNECT, "connected to " + settings));
        answer.tls().ifPresent(tls -> findings.add(new Finding(Step.STARTTLS, StrongTls.summary(tls))));
    }

    private void signIn(List<Finding> findings) throws AttemptEnded {
        findings.add(new Finding(Step.AUTH, "token " + TokenContents.summary(api.token())));
    }

    private void askToSend(List<Finding> findings) throws AttemptEnded {
        GraphResponse answer =
                api.ask(GraphRequest.mime(api.address("sendMail"), Step.AUTH, GraphRequest.Body.of(NO_BASE64)));
        if (!isAboutTheMessage(answer)) {
            throw api.refused(Step.AUTH, answer);
        }
        findings.add(new Finding(Step.AUTH, "may send mail as " + settings.user() + " (Mail.Send)"));
    }

    /// Without it mail goes all the same, if it is not large.
    private void askForDrafts(List<Finding> findings) throws AttemptEnded {
        GraphResponse answer =
                api.ask(GraphRequest.mime(api.address("messages"), Step.AUTH, GraphRequest.Body.of(NO_BASE64)));
        String large = "messages above " + settings.largestDirect() / 1000 + " KB";
        findings.add(
                isAboutTheMessage(answer)
                        ? new Finding(Step.AUTH, "may make drafts, as " + large + " need (Mail.ReadWrite)")
                        : new Finding(
                                Step.AUTH,
                                large + " cannot be sent, for that takes drafts (Mail.ReadWrite): " + answer.refusal(),
                                answer.status() == FORBIDDEN ? GRANT : "Smaller ones go. Ask again in a while."));
    }

    private static boolean isAboutTheMessage(GraphResponse answer) {
        return answer.status() == BAD_REQUEST
                && answer.errorCode().filter(ABOUT_THE_MESSAGE::contains).isPresent();
    }
}
