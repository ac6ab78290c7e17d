package org.o365relay.deliver.graph;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.o365relay.deliver.AttemptAbortedException;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.UpstreamCheck;
import org.o365relay.deliver.UpstreamCheck.Finding;
import org.o365relay.identity.TokenClaims;
import org.o365relay.net.StrongTls;

/// Walks the road without sending anything: asks Graph to send what is no base64. Who may send is told that it is
/// none; who may not hears of that first.
record GraphCheck(GraphClient client, GraphUpstreamSettings settings, RetryAfterGate retryAfter) {

    private static final byte[] NO_BASE64 = "*".getBytes(StandardCharsets.US_ASCII);
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;

    // Who hears one of these was let in; of other words nobody knows.
    private static final Set<String> CONTENT_ERRORS = Set.of(
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
            retryAfter.check();
            connect(findings);
            signIn(findings);
            checkSending(findings);
            checkDrafts(findings);
            return new UpstreamCheck(findings, null);
        } catch (AttemptAbortedException e) {
            return new UpstreamCheck(findings, e.response());
        }
    }

    private void connect(List<Finding> findings) throws AttemptAbortedException {
        GraphResponse answer = client.sendUnauthenticated(GraphRequest.plain("GET", client.root(), Step.CONNECT));
        findings.add(new Finding(Step.CONNECT, "connected to " + settings));
        answer.tls().ifPresent(tls -> findings.add(new Finding(Step.STARTTLS, StrongTls.summary(tls))));
    }

    private void signIn(List<Finding> findings) throws AttemptAbortedException {
        findings.add(new Finding(Step.AUTH, "token " + TokenClaims.summary(client.token())));
    }

    private void checkSending(List<Finding> findings) throws AttemptAbortedException {
        GraphResponse answer =
                client.send(GraphRequest.mime(client.address("sendMail"), Step.AUTH, GraphRequest.Body.of(NO_BASE64)));
        if (!isContentError(answer)) {
            throw client.refused(Step.AUTH, answer);
        }
        findings.add(new Finding(Step.AUTH, "may send mail as " + settings.user() + " (Mail.Send)"));
    }

    /// Without it mail goes all the same, if it is not large.
    private void checkDrafts(List<Finding> findings) throws AttemptAbortedException {
        GraphResponse answer =
                client.send(GraphRequest.mime(client.address("messages"), Step.AUTH, GraphRequest.Body.of(NO_BASE64)));
        String large = "messages above " + settings.maxDirect() / 1000 + " KB";
        findings.add(
                isContentError(answer)
                        ? new Finding(Step.AUTH, "may make drafts, as " + large + " need (Mail.ReadWrite)")
                        : new Finding(
                                Step.AUTH,
                                large + " cannot be sent, for that takes drafts (Mail.ReadWrite): "
                                        + answer.errorReply(),
                                answer.status() == FORBIDDEN ? GRANT : "Smaller ones go. Ask again in a while."));
    }

    private static boolean isContentError(GraphResponse answer) {
        return answer.status() == BAD_REQUEST
                && answer.errorCode().filter(CONTENT_ERRORS::contains).isPresent();
    }
}
