package org.o365relay.net;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/// Receives a response body up to a limit. If the body is larger, closes the connection, so that the rest is
/// not received.
final class LimitedBody implements BodySubscriber<byte[]> {

    private final BodyLimit limit;
    private final String host;
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private volatile @Nullable Subscription subscription;

    /// @param host name of the server, for the error message
    LimitedBody(BodyLimit limit, String host) {
        this.limit = limit;
        this.host = host;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Subscription started) {
        subscription = started;
        started.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (!body.isDone()) {
                add(buffer);
            }
        }
    }

    private void add(ByteBuffer buffer) {
        byte[] octets = new byte[Math.min(buffer.remaining(), limit.octets() - received.size())];
        boolean isTooLarge = octets.length < buffer.remaining();
        buffer.get(octets);
        received.writeBytes(octets);
        if (isTooLarge) {
            cancel();
            end();
        }
    }

    private void end() {
        if (limit.truncates()) {
            body.complete(received.toByteArray());
        } else {
            body.completeExceptionally(new ResponseTooLargeException(host, limit));
        }
    }

    /// Closes the connection. Does nothing if the response has ended.
    void cancel() {
        Subscription current = subscription;
        if (current != null) {
            current.cancel();
        }
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        body.complete(received.toByteArray());
    }
}
