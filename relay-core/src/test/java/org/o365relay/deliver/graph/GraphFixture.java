package org.o365relay.deliver.graph;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.o365relay.ManualClock;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.OutgoingMessage.Content;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;

/// An upstream, and a fake Graph for it.
final class GraphFixture implements AutoCloseable {

    static final int LARGEST_DIRECT = 20_000;

    final FakeGraph graph = new FakeGraph();
    final FakeTokens tokens = new FakeTokens();
    final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private final Path spool;
    final GraphUpstream upstream;

    GraphFixture(Path spool) throws IOException {
        this(spool, Duration.ofSeconds(20));
    }

    GraphFixture(Path spool, Duration limit) throws IOException {
        this.spool = spool;
        this.upstream = upstream(graph.root(), null, limit);
    }

    /// @param trusted certificates in addition to the system's; may be null
    GraphUpstream upstream(URI root, @Nullable Path trusted, Duration limit) {
        return new GraphUpstream(
                new GraphUpstreamSettings(root, "relay@contoso.example", LARGEST_DIRECT),
                tokens,
                new Https(new HttpSettings(null, trusted, Duration.ofSeconds(5), limit)),
                8,
                spool,
                clock.steady());
    }

    /// @param largestAttachment size in octets
    GraphUpstream upstreamTaking(long largestAttachment) {
        return new GraphUpstream(
                new GraphUpstreamSettings(graph.root(), "relay@contoso.example", LARGEST_DIRECT),
                tokens,
                new Https(HttpSettings.DIRECT),
                1,
                spool,
                clock.steady(),
                largestAttachment);
    }

    Response send(String message, String... recipients) {
        return send(out -> out.write(message.getBytes(ISO_8859_1)), recipients);
    }

    Response send(Content content, String... recipients) {
        return send(upstream, content, recipients);
    }

    static Response send(GraphUpstream upstream, Content content, String... recipients) {
        List<String> named = recipients.length == 0 ? List.of("ann@contoso.com") : Arrays.asList(recipients);
        List<Recipient> envelope = IntStream.range(0, named.size())
                .mapToObj(i -> new Recipient(i, address(named.get(i))))
                .toList();
        OutgoingMessage outgoing =
                new OutgoingMessage(new QueueId(7), address("relay@contoso.example"), envelope, false, content);
        Map<Recipient, Response> responses = upstream.attempt(outgoing);
        if (!List.copyOf(responses.keySet()).equals(envelope)
                || Map.copyOf(responses).values().stream().distinct().count() != 1) {
            throw new AssertionError("not one response for each: " + responses);
        }
        return responses.values().iterator().next();
    }

    /// Repeats a message that may have been sent, to ann@contoso.com and bob@contoso.com.
    Response repeat(String message) {
        List<Recipient> envelope =
                List.of(new Recipient(0, address("ann@contoso.com")), new Recipient(1, address("bob@contoso.com")));
        OutgoingMessage outgoing = new OutgoingMessage(
                new QueueId(7),
                address("relay@contoso.example"),
                envelope,
                false,
                out -> out.write(message.getBytes(ISO_8859_1)));
        return upstream.repeat(outgoing).values().iterator().next();
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }

    @Override
    public void close() {
        graph.close();
    }
}
