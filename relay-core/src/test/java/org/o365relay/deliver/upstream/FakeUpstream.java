package org.o365relay.deliver.upstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

/// Records every message, and answers each attempt with the next scripted response or, if none is left, "250
/// 2.0.0 OK".
public final class FakeUpstream implements Upstream {

    /// @param octets the octets as they would be sent over the wire, as ISO-8859-1
    public record Sent(OutgoingMessage message, String octets) {

        public String content() {
            return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }
    }

    public static final Response OK = upstream(Step.END_OF_CONTENT, "250 2.0.0 OK");

    private final List<Sent> sent = new ArrayList<>();
    private final Deque<Function<Recipient, Response>> script = new ArrayDeque<>();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private final Deque<UpstreamCheck> checkScript = new ArrayDeque<>();
    private final AtomicInteger checks = new AtomicInteger();
    private final AtomicBoolean retryAfter = new AtomicBoolean();
    private final AtomicInteger repeats = new AtomicInteger();
    private final CountDownLatch closing = new CountDownLatch(1);
    private boolean canLookUp;
    private final String name;
    private final int connections;

    public FakeUpstream(int connections) {
        this("fake.example:587", connections);
    }

    public FakeUpstream(String name, int connections) {
        this.name = name;
        this.connections = connections;
    }

    public static Response upstream(Step step, String reply) {
        return new Response(step, Reply.parse(reply).orElseThrow(), Origin.SUBMISSION);
    }

    public static Response upstream(Step step, String reply, boolean promisesReport) {
        return new Response(step, Reply.parse(reply).orElseThrow(), Origin.SUBMISSION, promisesReport);
    }

    public static Response network(Step step) {
        return new Response(step, Reply.of(451, "4.4.2", "connection lost"), Origin.NETWORK);
    }

    /// Scripts the answer to the next attempt that has none yet.
    public FakeUpstream answer(Response response) {
        return answer(_ -> response);
    }

    public synchronized FakeUpstream answer(Function<Recipient, Response> responses) {
        script.add(responses);
        return this;
    }

    /// Scripts the failure of the next check that has no scripted result yet; other checks succeed.
    public synchronized FakeUpstream failCheck(Response failure) {
        checkScript.add(new UpstreamCheck(List.of(), failure));
        return this;
    }

    /// From now on, the upstream asks the relay to wait, until the wait is ended.
    public void beginRetryAfter() {
        retryAfter.set(true);
    }

    @Override
    public boolean endRetryAfter() {
        return retryAfter.getAndSet(false);
    }

    /// From now on, the upstream claims to look up messages before it repeats them.
    public FakeUpstream lookingUp() {
        canLookUp = true;
        return this;
    }

    @Override
    public boolean canLookUp() {
        return canLookUp;
    }

    @Override
    public Map<Recipient, Response> repeat(OutgoingMessage message) {
        repeats.incrementAndGet();
        return attempt(message);
    }

    public int repeats() {
        return repeats.get();
    }

    public int checks() {
        return checks.get();
    }

    public synchronized List<Sent> sent() {
        return List.copyOf(sent);
    }

    public int mostAtOnce() {
        return mostAtOnce.get();
    }

    @Override
    public Map<Recipient, Response> attempt(OutgoingMessage message) {
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try {
            return answered(message);
        } finally {
            atOnce.decrementAndGet();
        }
    }

    private synchronized Map<Recipient, Response> answered(OutgoingMessage message) {
        sent.add(new Sent(message, written(message)));
        Function<Recipient, Response> responses = script.isEmpty() ? _ -> OK : script.remove();
        Map<Recipient, Response> answer = new LinkedHashMap<>();
        message.recipients().forEach(recipient -> answer.put(recipient, responses.apply(recipient)));
        return answer;
    }

    @Override
    public synchronized UpstreamCheck check() {
        checks.incrementAndGet();
        return checkScript.isEmpty() ? new UpstreamCheck(List.of(), null) : checkScript.remove();
    }

    @Override
    public int connections() {
        return connections;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() {
        closing.countDown();
    }

    /// Waits up to 20 seconds until the upstream is closed.
    ///
    /// @return whether it is closed
    public boolean awaitClose() throws InterruptedException {
        return closing.await(20, TimeUnit.SECONDS);
    }

    private static String written(OutgoingMessage message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            message.content().writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.ISO_8859_1);
    }
}
