package org.o365relay.deliver.graph;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.atomic.AtomicLong;

/// Tracks how much of a request was sent: an incomplete request cannot have had an effect.
final class RequestProgress {

    private final GraphRequest.Body body;
    private volatile boolean begun;
    private final AtomicLong remaining;

    RequestProgress(GraphRequest.Body body) {
        this.body = body;
        this.remaining = new AtomicLong(body.length());
    }

    /// @return publisher of the body that tracks the progress; the HTTP client reads the body only after it has
    ///     connected and sent the header
    BodyPublisher publisher() {
        return body.length() == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(this::open), body.length());
    }

    /// @return whether the HTTP client has begun to read the body; always true for a request without a body
    boolean hasBegun() {
        return begun || body.length() == 0;
    }

    /// @return whether the whole request may have been sent
    boolean isComplete() {
        return remaining.get() <= 0;
    }

    private InputStream open() {
        begun = true;
        remaining.set(body.length());
        return new CountingStream(body.source().open());
    }

    private final class CountingStream extends FilterInputStream {

        CountingStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int octet = in.read();
            remaining.addAndGet(octet < 0 ? 0 : -1);
            return octet;
        }

        @Override
        public int read(byte[] octets, int offset, int length) throws IOException {
            int count = in.read(octets, offset, length);
            remaining.addAndGet(-Math.max(0, count));
            return count;
        }
    }
}
