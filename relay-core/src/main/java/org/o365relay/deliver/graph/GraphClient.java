package org.o365relay.deliver.graph;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.identity.AccessToken;
import org.o365relay.identity.TokenClaims;
import org.o365relay.identity.TokenException;
import org.o365relay.identity.TokenSource;
import org.o365relay.mail.Reply;
import org.o365relay.net.BodyLimit;
import org.o365relay.net.Https;

/// Sends requests to Microsoft Graph. Each request has a time limit, from its start to the last octet of the
/// response.
final class GraphClient {

    // Graph's response to the creation of a draft contains the whole text of the message.
    private static final BodyLimit MAX_DRAFT = BodyLimit.atMost(8 * 1024 * 1024);

    // The response body of a successful request that is neither a GET nor about a draft is not used.
    private static final BodyLimit MAX_RESPONSE = BodyLimit.truncatedTo(64 * 1024);

    // Statuses of a gateway that forwarded the request and got no response.
    private static final Set<Integer> UNCONFIRMED = Set.of(502, 504);

    private static final int FORBIDDEN = 403;
    private static final int PROXY_LOGIN_REQUIRED = 407; // RFC 9110 §15.5.8

    private final GraphUpstreamSettings settings;
    private final TokenSource tokens;
    private final Https https;
    private final GraphFailures failures;
    private final RetryAfterGate retryAfter;

    GraphClient(GraphUpstreamSettings settings, TokenSource tokens, Https https, RetryAfterGate retryAfter) {
        this.settings = settings;
        this.tokens = tokens;
        this.https = https;
        this.failures = new GraphFailures(https.requestTimeout());
        this.retryAfter = retryAfter;
    }

    /// @param segments path segments that follow the mailbox
    URI address(String... segments) {
        StringBuilder path = new StringBuilder("/v1.0/users/").append(escaped(settings.user()));
        for (String segment : segments) {
            path.append('/').append(escaped(segment));
        }
        return URI.create(settings.graphUrl() + path.toString());
    }

    URI root() {
        return URI.create(settings.graphUrl() + "/v1.0/");
    }

    private static String escaped(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%40", "@")
                .replace("%3D", "=");
    }

    AccessToken token() throws AttemptAbortedException {
        try {
            return tokens.token();
        } catch (TokenException e) {
            Origin origin = switch (e.origin()) {
                case SERVICE -> Origin.SIGN_IN;
                case NETWORK -> Origin.NETWORK;
                case TLS -> Origin.TLS;
            };
            Response noToken = new Response(Step.AUTH, e.reply(), origin);
            throw new AttemptAbortedException(
                    e.retryAfter().map(noToken::withRetryAfter).orElse(noToken));
        }
    }

    /// Cancels the waits that Graph and the sign-in service have asked for.
    ///
    /// @return whether there was such a wait
    boolean endRetryAfter() {
        boolean hasWaitedForToken = tokens.endRetryAfter();
        return retryAfter.end() || hasWaitedForToken;
    }

    /// Ends the renewal of the access token.
    void close() {
        tokens.close();
    }

    /// Sends a request with the access token. If Graph refuses the token (401), gets a new one and retries
    /// once.
    ///
    /// @throws AttemptAbortedException if no usable token can be obtained, if there is no complete response
    ///     from Graph, or if Graph refuses the second token too
    GraphResponse send(GraphRequest request) throws AttemptAbortedException {
        AccessToken token = token();
        GraphResponse response = authorized(request, token);
        if (response.status() == 401) {
            tokens.invalidate(token);
            token = token();
            response = authorized(request, token);
        }
        if (response.status() == 401) {
            tokens.invalidate(token);
            throw refused(Step.AUTH, response);
        }
        return response;
    }

    /// Sends a request with the access token.
    ///
    /// @param expected status of the response if the request succeeds
    /// @throws AttemptAbortedException if the response has any other status, and in the same cases as
    ///     [#send(GraphRequest)]
    GraphResponse send(GraphRequest request, int expected) throws AttemptAbortedException {
        GraphResponse response = send(request);
        if (response.status() == expected) {
            return response;
        }
        boolean draft = request.step() == Step.CONTENT;
        throw draft && response.status() == FORBIDDEN && response.isGraphError()
                ? draftsForbidden(response)
                : refused(request.step(), response);
    }

    /// Sends a request without the access token.
    ///
    /// @throws AttemptAbortedException if there is no complete response from Graph
    GraphResponse sendUnauthenticated(GraphRequest request) throws AttemptAbortedException {
        return exchange(request, https.request(request.uri()));
    }

    /// Adds the name of the missing permission, Mail.ReadWrite, to the reply, because Graph returns the same
    /// error if Mail.Send is missing.
    private AttemptAbortedException draftsForbidden(GraphResponse response) {
        String text = "DraftsForbidden: the app may not create drafts (Mail.ReadWrite), which large messages need: "
                + response.errorReply().text();
        return new AttemptAbortedException(
                new Response(Step.CONTENT, GraphResponse.reply(FORBIDDEN, text), Origin.GRAPH));
    }

    AttemptAbortedException refused(Step step, GraphResponse response) {
        Reply reply = response.errorReply();
        if (response.status() < 300) {
            reply = GraphResponse.reply(
                    502, "UnexpectedResponse: Microsoft Graph sent the unexpected status " + response.status());
        }
        boolean unconfirmed = step == Step.END_OF_CONTENT && UNCONFIRMED.contains(response.status());
        Response refusal = retryAfter.response(step, reply, response).withUnconfirmed(unconfirmed);
        return new AttemptAbortedException(
                response.status() == FORBIDDEN && response.isGraphError() ? withLack(refusal) : refusal);
    }

    /// Adds to the reply what the token lacks, if this is known, because Graph does not say it.
    private Response withLack(Response refusal) {
        try {
            return TokenClaims.lackForGraph(tokens.token())
                    .map(refusal::withNote)
                    .orElse(refusal);
        } catch (TokenException _) {
            return refusal; // only the note is lost
        }
    }

    private GraphResponse authorized(GraphRequest request, AccessToken token) throws AttemptAbortedException {
        HttpRequest.Builder builder = https.request(request.uri());
        String bearer = token.value().reveal();
        if (!bearer.chars().allMatch(c -> c > ' ' && c < 0x7f)) { // the HTTP client would reveal it in an exception
            String text = "the access token has characters that HTTP does not allow";
            throw new AttemptAbortedException(
                    new Response(Step.AUTH, Reply.plain(400, "InvalidToken: " + text), Origin.SIGN_IN));
        }
        return exchange(request, builder.header("Authorization", "Bearer " + bearer))
                .redacted(bearer);
    }

    private GraphResponse exchange(GraphRequest request, HttpRequest.Builder builder) throws AttemptAbortedException {
        RequestProgress progress = new RequestProgress(request.body());
        request.headers().forEach(builder::header);
        builder.method(request.method(), progress.publisher());
        HttpResponse<byte[]> received = receive(request, builder.build(), progress);
        if (received.statusCode() == PROXY_LOGIN_REQUIRED) {
            throw new AttemptAbortedException(failures.proxyLoginRefused());
        }
        GraphResponse response = new GraphResponse(
                received.statusCode(),
                received.headers(),
                received.body(),
                received.sslSession().orElse(null));
        retryAfter.record(response);
        return response;
    }

    private HttpResponse<byte[]> receive(GraphRequest request, HttpRequest sent, RequestProgress progress)
            throws AttemptAbortedException {
        try {
            boolean isUsed = request.step() == Step.CONTENT || request.method().equals("GET");
            return https.exchange(sent, isUsed ? MAX_DRAFT : MAX_RESPONSE);
        } catch (IOException | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            Response failure = failures.connectionFailure(request.uri().getHost(), progress, request.step(), e);
            throw new AttemptAbortedException(failure.withUnconfirmed(failure.step() == Step.END_OF_CONTENT));
        }
    }
}
