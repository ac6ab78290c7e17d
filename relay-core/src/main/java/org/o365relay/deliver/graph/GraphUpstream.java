package org.o365relay.deliver.graph;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.o365relay.deliver.AttemptAbortedException;
import org.o365relay.deliver.OutgoingMessage;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Upstream;
import org.o365relay.deliver.UpstreamCheck;
import org.o365relay.identity.TokenSource;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.UnacceptableContentException;
import org.o365relay.net.HttpSettings;
import org.o365relay.rewrite.DestinationFields;
import org.o365relay.rewrite.ReaddressedHeader;

/// Microsoft Graph. There is no envelope on this road: a message goes to whom its header names, so the header is
/// made to name exactly the envelope ([DestinationFields]), and all recipients get the same response.
///
/// Up to [GraphUpstreamSettings#maxDirect] the message goes as it is (sendMail); above that by a [Draft].
public final class GraphUpstream implements Upstream {

    /// Requests that Graph works on at once, for one app and one mailbox.
    private static final int MAX_REQUESTS = 4;

    /// Octets of the largest file that can be attached to a draft.
    private static final long MAX_ATTACHMENT = 150_000_000;

    private final GraphUpstreamSettings settings;
    private final int connections;
    private final Path spool;
    private final RetryAfterGate retryAfter;
    private final GraphClient client;
    private final long maxAttachment;

    /// @param client knows proxy, certificates and connect timeout; does not follow redirects
    /// @param requests begins a request, with what the proxy wants to know; [HttpRequest#newBuilder(URI)] if that
    ///     is nothing
    /// @param http says how long a request may take
    /// @param connections how many attempts may run at once; more than 4 are never made
    /// @param spool an existing directory for messages above the limit, while they are sent
    public GraphUpstream(
            GraphUpstreamSettings settings,
            TokenSource tokens,
            HttpClient client,
            Function<URI, HttpRequest.Builder> requests,
            HttpSettings http,
            int connections,
            Path spool,
            InstantSource clock) {
        this(settings, tokens, client, requests, http, connections, spool, clock, MAX_ATTACHMENT);
    }

    GraphUpstream(
            GraphUpstreamSettings settings,
            TokenSource tokens,
            HttpClient client,
            Function<URI, HttpRequest.Builder> requests,
            HttpSettings http,
            int connections,
            Path spool,
            InstantSource clock,
            long largestAttachment) {
        this.settings = settings;
        this.connections = Math.clamp(connections, 1, MAX_REQUESTS);
        this.spool = spool;
        this.retryAfter = new RetryAfterGate(clock);
        this.client = new GraphClient(settings, tokens, client, requests, http.requestTimeout(), retryAfter);
        this.maxAttachment = largestAttachment;
    }

    @Override
    public Map<Recipient, Response> attempt(OutgoingMessage message) {
        Response response = respond(message);
        Map<Recipient, Response> responses = new LinkedHashMap<>();
        message.recipients().forEach(recipient -> responses.put(recipient, response));
        return responses;
    }

    private Response respond(OutgoingMessage message) {
        try (Spool content = new Spool(spool, settings.maxDirect())) {
            retryAfter.check();
            client.token();
            message.content().writeTo(content);
            content.complete();
            return accepted(send(message, content));
        } catch (AttemptAbortedException e) {
            return e.response();
        } catch (UnacceptableContentException e) {
            return new Response(Step.CONTENT, e.reply(), Origin.RELAY);
        } catch (Spool.Failed e) {
            return new Response(Step.CONTENT, Reply.of(452, "4.3.1", String.valueOf(e.getMessage())), Origin.RELAY);
        } catch (IOException e) {
            return new Response(
                    Step.CONTENT, Reply.of(451, "4.3.0", "the stored message cannot be read"), Origin.RELAY);
        }
    }

    private GraphResponse send(OutgoingMessage message, Spool content) throws AttemptAbortedException, IOException {
        ReaddressedHeader header = DestinationFields.readdress(
                content, message.recipients().stream().map(Recipient::address).toList());
        long size = header.header().length + content.size() - header.bodyOffset();
        if (size > settings.maxDirect() || content.size() > settings.maxDirect()) {
            return new Draft(client, message.id(), content, header).send(settings.maxDirect(), maxAttachment);
        }
        GraphRequest.Body body = GraphRequest.Body.base64(
                size,
                () -> new SequenceInputStream(
                        new ByteArrayInputStream(header.header()), content.read(header.bodyOffset(), content.size())));
        return client.send(GraphRequest.mime(client.address("sendMail"), Step.END_OF_CONTENT, body));
    }

    /// 202 is success, and nothing else is: to what is too large for it Graph has said 200 and sent nothing.
    private Response accepted(GraphResponse answer) throws AttemptAbortedException {
        if (answer.status() == 202) {
            return new Response(Step.END_OF_CONTENT, answer.acceptedReply(), Origin.GRAPH);
        }
        if (answer.status() >= 300) {
            throw client.refused(Step.END_OF_CONTENT, answer);
        }
        return new Response(
                Step.END_OF_CONTENT,
                GraphResponse.reply(
                        answer.status(),
                        "NotSent: Graph answered " + answer.status() + " instead of 202 and has sent nothing"),
                Origin.GRAPH);
    }

    @Override
    public UpstreamCheck check() {
        return new GraphCheck(client, settings, retryAfter).run();
    }

    @Override
    public int connections() {
        return connections;
    }

    @Override
    public String name() {
        return settings.toString();
    }

    /// The client, which others may use too, keeps the connections.
    @Override
    public void close() {}

    @Override
    public String toString() {
        return name();
    }
}
