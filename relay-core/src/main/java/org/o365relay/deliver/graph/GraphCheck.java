package org.o365relay.deliver.graph;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.o365relay.identity.TokenClaims;
import org.o365relay.net.OutgoingTls;

/// Checks the connection, the sign-in and the permissions of the app without sending mail: asks Graph to send,
/// and to create as a draft, a message that is invalid base64. Graph reports the invalid base64 only if the app
/// has the permission; otherwise it reports the missing permission.
record GraphCheck(GraphClient client, GraphUpstreamSettings settings, RetryAfterGate retryAfter) {

    private static final byte[] INVALID_BASE64 = "*".getBytes(StandardCharsets.US_ASCII);
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;

    // These errors show that the app has the permission; no other error does.
    private static final Set<String> CONTENT_ERRORS = Set.of(
            "ErrorMimeContentInvalidBase64String",
            "ErrorMimeContentInvalid",
            "ErrorInvalidRecipients",
            "RequestBodyRead",
            "UnableToDeserializePostBody");

    private static final String GRANT_ADVICE =
            "Smaller messages are not affected. Give the app Mail.ReadWrite: Entra admin center > App registrations >"
                    + " the app > API permissions > Microsoft Graph > Application permissions, then Grant admin consent;"
                    + " or the Exchange role \"Application Mail.ReadWrite\". Or send large messages by SMTP: make SMTP the"
                    + " upstream and graph the fallback.";

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
        GraphResponse response =
                client.sendUnauthenticated(GraphRequest.withoutBody("GET", client.root(), Step.CONNECT));
        findings.add(new Finding(Step.CONNECT, "connected to " + settings));
        response.tls().ifPresent(tls -> findings.add(new Finding(Step.STARTTLS, OutgoingTls.summary(tls))));
    }

    private void signIn(List<Finding> findings) throws AttemptAbortedException {
        findings.add(new Finding(Step.AUTH, "token " + TokenClaims.summary(client.token())));
    }

    private void checkSending(List<Finding> findings) throws AttemptAbortedException {
        GraphResponse response = client.send(
                GraphRequest.mime(client.address("sendMail"), Step.AUTH, GraphRequest.Body.of(INVALID_BASE64)));
        if (!isContentError(response)) {
            if (response.status() == FORBIDDEN && TokenClaims.lacksMailSend(client.token())) {
                int token = findings.size() - 1; // the last finding
                findings.set(token, findings.get(token).asFailed());
            }
            throw client.refused(Step.AUTH, response);
        }
        findings.add(new Finding(Step.AUTH, "may send mail as " + settings.user() + " (Mail.Send)"));
    }

    /// If the app may not create drafts, or if this cannot be determined, adds only a warning, because small
    /// messages need no draft.
    private void checkDrafts(List<Finding> findings) throws AttemptAbortedException {
        GraphResponse response = client.send(
                GraphRequest.mime(client.address("messages"), Step.AUTH, GraphRequest.Body.of(INVALID_BASE64)));
        String large = "messages above " + settings.maxDirect() / 1000 + " KB";
        findings.add(
                isContentError(response)
                        ? new Finding(Step.AUTH, "may create drafts, which " + large + " need (Mail.ReadWrite)")
                        : new Finding(
                                Step.AUTH,
                                large + " cannot be sent, because the app may not create drafts (Mail.ReadWrite): "
                                        + response.errorReply(),
                                response.status() == FORBIDDEN
                                        ? GRANT_ADVICE
                                        : "Smaller messages are not affected. Run the check again later."));
    }

    private static boolean isContentError(GraphResponse response) {
        return response.status() == BAD_REQUEST
                && response.errorCode().filter(CONTENT_ERRORS::contains).isPresent();
    }
}
