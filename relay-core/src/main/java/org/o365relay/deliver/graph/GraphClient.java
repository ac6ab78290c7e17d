package org.o365relay.deliver.graph;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.o365relay.deliver.AttemptAbortedException;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.identity.AccessToken;
import org.o365relay.identity.TokenException;
import org.o365relay.identity.TokenSource;
import org.o365relay.mail.Reply;

/// Asks Microsoft Graph. Every request has a time limit from its begin to the last octet of its answer.
final class GraphClient {

    // A draft's answer holds its text.
    private static final int MAX_RESPONSE = 8 * 1024 * 1024;

    private static final int FORBIDDEN = 403;
    private static final int PROXY_LOGIN_REQUIRED = 407; // RFC 9110 §15.5.8

    private final GraphUpstreamSettings settings;
    private final TokenSource tokens;
    private final HttpClient client;
    private final Function<URI, HttpRequest.Builder> requests;
    private final Duration timeout;
    private final GraphFailures failures;
    private final RetryAfterGate retryAfter;

    /// @param requests begins a request
    /// @param timeout of a request
    GraphClient(
            GraphUpstreamSettings settings,
            TokenSource tokens,
            HttpClient client,
            Function<URI, HttpRequest.Builder> requests,
            Duration limit,
            RetryAfterGate resting) {
        this.settings = settings;
        this.tokens = tokens;
        this.client = client;
        this.requests = requests;
        this.timeout = limit;
        this.failures = new GraphFailures(limit);
        this.retryAfter = resting;
    }

    /// @param segments of the path after the mailbox
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

    /// Sees that there is a token, before anything else is done.
    AccessToken token() throws AttemptAbortedException {
        try {
            return tokens.token();
        } catch (TokenException e) {
            Origin origin = switch (e.origin()) {
                case SERVICE -> Origin.SIGN_IN;
                case NETWORK -> Origin.NETWORK;
                case TLS -> Origin.TLS;
            };
            throw new AttemptAbortedException(new Response(Step.AUTH, e.reply(), origin));
        }
    }

    /// Asks in the name of the mailbox. A token that is refused is replaced, once.
    ///
    /// @throws AttemptAbortedException if there is no answer, or no token, or Graph lets nobody in
    GraphResponse send(GraphRequest call) throws AttemptAbortedException {
        AccessToken token = token();
        GraphResponse answer = authorized(call, token);
        if (answer.status() == 401) {
            tokens.invalidate(token);
            token = token();
            answer = authorized(call, token);
        }
        if (answer.status() == 401) {
            tokens.invalidate(token);
            throw refused(Step.AUTH, answer);
        }
        return answer;
    }

    /// Asks for one certain answer.
    ///
    /// @throws AttemptAbortedException also if it is another one
    GraphResponse send(GraphRequest call, int expected) throws AttemptAbortedException {
        GraphResponse answer = send(call);
        if (answer.status() == expected) {
            return answer;
        }
        boolean draft = call.step() == Step.CONTENT;
        throw draft && answer.status() == FORBIDDEN && answer.isGraphError()
                ? noDrafts(answer)
                : refused(call.step(), answer);
    }

    /// Asks without saying who asks.
    GraphResponse sendUnauthenticated(GraphRequest call) throws AttemptAbortedException {
        return exchange(call, requests.apply(call.uri()));
    }

    /// An app may be allowed to send and not to make drafts, and Graph says of both the same.
    private AttemptAbortedException noDrafts(GraphResponse answer) {
        String text = "DraftsForbidden: the app may not make drafts (Mail.ReadWrite), as large messages need: "
                + answer.errorReply().text();
        return new AttemptAbortedException(
                new Response(Step.CONTENT, GraphResponse.reply(FORBIDDEN, text), Origin.GRAPH));
    }

    AttemptAbortedException refused(Step step, GraphResponse answer) {
        Reply reply = answer.errorReply();
        if (answer.status() < 300) {
            reply = GraphResponse.reply(
                    502,
                    "UnexpectedAnswer: Microsoft Graph has answered " + answer.status() + " where that means nothing");
        }
        return new AttemptAbortedException(retryAfter.response(step, reply, answer));
    }

    private GraphResponse authorized(GraphRequest call, AccessToken token) throws AttemptAbortedException {
        HttpRequest.Builder request = requests.apply(call.uri());
        String bearer = token.value().reveal();
        if (!bearer.chars().allMatch(c -> c > ' ' && c < 0x7f)) { // the client would show it in its error
            String text = "the access token has characters that HTTP does not take";
            throw new AttemptAbortedException(
                    new Response(Step.AUTH, Reply.plain(400, "InvalidToken: " + text), Origin.SIGN_IN));
        }
        return exchange(call, request.header("Authorization", "Bearer " + bearer))
                .redacted(bearer);
    }

    private GraphResponse exchange(GraphRequest call, HttpRequest.Builder request) throws AttemptAbortedException {
        RequestProgress sending = new RequestProgress(call.body());
        call.headers().forEach(request::header);
        request.method(call.method(), sending.publisher());
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        CompletableFuture<HttpResponse<Void>> pending = client.sendAsync(
                request.build(),
                BodyHandlers.ofByteArrayConsumer(
                        octets -> octets.filter(_ -> body.size() < MAX_RESPONSE).ifPresent(body::writeBytes)));
        try {
            HttpResponse<Void> response = pending.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            GraphResponse answer = new GraphResponse(
                    response.statusCode(),
                    response.headers(),
                    body.toByteArray(),
                    response.sslSession().orElse(null));
            if (answer.status() == PROXY_LOGIN_REQUIRED) {
                throw new AttemptAbortedException(failures.proxyLoginRefused());
            }
            retryAfter.record(answer);
            return answer;
        } catch (ExecutionException | TimeoutException e) {
            pending.cancel(true);
            throw new AttemptAbortedException(
                    failures.connectionFailure(call.uri().getHost(), sending, call.step(), e));
        } catch (InterruptedException e) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw new AttemptAbortedException(
                    failures.connectionFailure(call.uri().getHost(), sending, call.step(), e));
        }
    }
}
