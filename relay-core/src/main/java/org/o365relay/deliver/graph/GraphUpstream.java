package org.o365relay.deliver.graph;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.identity.TokenSource;
import org.o365relay.machine.Shortage;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.UnacceptableContentException;
import org.o365relay.net.Https;
import org.o365relay.rewrite.DestinationFields;
import org.o365relay.rewrite.ReaddressedHeader;
import org.o365relay.time.SteadyClock;

/// Sends mail through Microsoft Graph. Graph has no envelope: it sends to the recipients in the header, so the
/// header is rewritten to contain exactly the recipients of the envelope ([DestinationFields]), and all
/// recipients get the same response.
///
/// A message of up to [GraphUpstreamSettings#maxDirect] octets, both before and after its header is rewritten,
/// is sent in one request (sendMail), a larger one as a [Draft].
public final class GraphUpstream implements Upstream {

    /// Number of concurrent requests that Graph allows per app and mailbox.
    private static final int MAX_REQUESTS = 4;

    /// Size of the largest file that can be attached to a draft, in octets.
    private static final long MAX_ATTACHMENT = 150_000_000;

    private final GraphUpstreamSettings settings;
    private final int connections;
    private final Path spool;
    private final RetryAfterGate retryAfter;
    private final GraphClient client;
    private final long maxAttachment;

    /// @param connections maximum number of concurrent attempts, at least 1; values above 4 are reduced to 4
    /// @param spool existing directory that holds messages larger than `maxDirect` while they are being sent
    public GraphUpstream(
            GraphUpstreamSettings settings,
            TokenSource tokens,
            Https https,
            int connections,
            Path spool,
            SteadyClock clock) {
        this(settings, tokens, https, connections, spool, clock, MAX_ATTACHMENT);
    }

    GraphUpstream(
            GraphUpstreamSettings settings,
            TokenSource tokens,
            Https https,
            int connections,
            Path spool,
            SteadyClock clock,
            long maxAttachment) {
        this.settings = settings;
        this.connections = Math.clamp(connections, 1, MAX_REQUESTS);
        this.spool = spool;
        this.retryAfter = new RetryAfterGate(clock);
        this.client = new GraphClient(settings, tokens, https, retryAfter);
        this.maxAttachment = maxAttachment;
    }

    @Override
    public Map<Recipient, Response> attempt(OutgoingMessage message) {
        return responses(message, false);
    }

    @Override
    public Map<Recipient, Response> repeat(OutgoingMessage message) {
        return responses(message, true);
    }

    @Override
    public boolean canLookUp() {
        return true;
    }

    private Map<Recipient, Response> responses(OutgoingMessage message, boolean isRepeat) {
        Response response = deliver(message, isRepeat);
        Map<Recipient, Response> responses = new LinkedHashMap<>();
        message.recipients().forEach(recipient -> responses.put(recipient, response));
        return responses;
    }

    private Response deliver(OutgoingMessage message, boolean isRepeat) {
        try (Spool content = new Spool(spool, settings.maxDirect())) {
            retryAfter.check();
            client.token();
            message.content().writeTo(content);
            content.complete();
            ReaddressedHeader header = DestinationFields.readdress(
                    content,
                    message.recipients().stream().map(Recipient::address).toList());
            return isRepeat ? repeat(message, content, header) : accepted(send(message, content, header));
        } catch (AttemptAbortedException e) {
            return e.response();
        } catch (UnacceptableContentException e) {
            return new Response(Step.CONTENT, e.reply(), Origin.UNSUITABLE);
        } catch (Spool.SpoolException e) {
            Optional<Shortage> shortage = Shortage.causeOf(e);
            if (shortage.isPresent()) {
                Reply reply = Reply.of(451, "4.3.1", shortage.get().text());
                return new Response(Step.CONNECT, reply, Origin.NETWORK);
            }
            return new Response(Step.CONTENT, Reply.of(452, "4.3.1", String.valueOf(e.getMessage())), Origin.RELAY);
        } catch (IOException e) {
            return new Response(
                    Step.CONTENT, Reply.of(451, "4.3.0", "the stored message cannot be read"), Origin.RELAY);
        }
    }

    /// Sends the message unless it is in Sent Items.
    private Response repeat(OutgoingMessage message, Spool content, ReaddressedHeader header)
            throws AttemptAbortedException, IOException {
        SentItems.Finding finding = new SentItems(client).find(header);
        if (finding == SentItems.Finding.SENT) {
            return new Response(
                    Step.AUTH, // this attempt sends nothing
                    GraphResponse.reply(202, "Found in Sent Items: an earlier attempt has sent the message"),
                    Origin.GRAPH);
        }
        try {
            return accepted(send(message, content, header));
        } catch (AttemptAbortedException e) {
            throw e.response().unconfirmed()
                    ? new AttemptAbortedException(e.response().withNote(finding.note()))
                    : e;
        }
    }

    private GraphResponse send(OutgoingMessage message, Spool content, ReaddressedHeader header)
            throws AttemptAbortedException, IOException {
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

    /// Only 202 means success: Graph replies 200 to a message that is too large, and does not send it.
    private Response accepted(GraphResponse response) throws AttemptAbortedException {
        if (response.status() == 202) {
            return new Response(Step.END_OF_CONTENT, response.acceptedReply(), Origin.GRAPH);
        }
        if (response.status() >= 300) {
            throw client.refused(Step.END_OF_CONTENT, response);
        }
        return new Response(
                Step.END_OF_CONTENT,
                GraphResponse.reply(
                        response.status(),
                        "NotSent: Graph replied " + response.status() + " instead of 202 and sent nothing"),
                Origin.GRAPH);
    }

    @Override
    public UpstreamCheck check() {
        return new GraphCheck(client, settings, retryAfter).run();
    }

    @Override
    public boolean endRetryAfter() {
        return client.endRetryAfter();
    }

    @Override
    public void keepRetryAfter(Upstream previous) {
        if (previous instanceof GraphUpstream graph
                && graph.settings.graphUrl().equals(settings.graphUrl())
                && graph.settings.user().equalsIgnoreCase(settings.user())) {
            retryAfter.share(graph.retryAfter);
        }
    }

    @Override
    public int connections() {
        return connections;
    }

    @Override
    public String name() {
        return settings.toString();
    }

    /// Does not close connections: they belong to the shared HTTP client.
    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return name();
    }
}
