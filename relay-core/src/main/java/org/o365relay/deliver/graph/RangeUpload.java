package org.o365relay.deliver.graph;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.graph.AttachmentUpload.UploadSession;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;

/// Uploads one attachment in ranges, in order. After a lost connection or a 5xx response, the upload continues
/// at the position that Graph reports. The attachment counts as uploaded only if Graph replies 201 to the last
/// range or lists the attachment in the draft.
final class RangeUpload {

    private static final int RANGE = 10 * 320 * 1024;
    private static final int MAX_RETRIES = 3;

    private final GraphClient client;
    private final URI session;
    private final long size;
    private final AttachmentLookup lookup;
    private @Nullable AttemptAbortedException lastFailure;

    /// Looks up the attachment in the draft.
    @FunctionalInterface
    interface AttachmentLookup {
        /// @return whether the draft lists the attachment
        boolean isAttached() throws AttemptAbortedException;
    }

    /// The decoded content of the attachment.
    @FunctionalInterface
    interface Content {
        InputStream open() throws IOException;
    }

    /// @param session URL of the upload session
    /// @param size size of the decoded content in octets
    RangeUpload(GraphClient client, URI session, long size, AttachmentLookup lookup) {
        this.client = client;
        this.session = session;
        this.size = size;
        this.lookup = lookup;
    }

    void upload(Content content) throws AttemptAbortedException, IOException {
        byte[] range = new byte[RANGE];
        int failures = 0;
        long next = 0;
        try (Reader reader = new Reader(content)) {
            while (next < size) {
                int length = reader.read(range, next, (int) Math.min(RANGE, size - next));
                long reached = put(range, length, next);
                failures = reached > next ? 0 : failures + 1;
                if (failures > MAX_RETRIES) {
                    throw Objects.requireNonNullElseGet(
                            lastFailure, () -> AttachmentUpload.failed("does not continue the upload"));
                }
                next = reached;
            }
        }
    }

    /// Reads the content from any position. Opens the content again only if the position is not where the last
    /// read ended.
    private static final class Reader implements Closeable {

        private final Content content;
        private @Nullable InputStream in;
        private long position;

        Reader(Content content) {
            this.content = content;
        }

        int read(byte[] range, long from, int max) throws IOException {
            InputStream open = in;
            if (open == null || position != from) {
                close();
                open = content.open();
                in = open;
                open.skipNBytes(from);
            }
            int length = open.readNBytes(range, 0, max);
            position = from + length;
            return length;
        }

        @Override
        public void close() throws IOException {
            if (in != null) {
                in.close();
            }
        }
    }

    /// Uploads a range. The URL of the session authorizes the request; Graph refuses a request that also has an
    /// access token.
    ///
    /// @return position at which the upload continues; the size if the attachment is complete
    private long put(byte[] range, int length, long from) throws AttemptAbortedException {
        boolean last = from + length == size;
        try {
            GraphResponse response = client.sendUnauthenticated(request(range, length, from));
            if (response.status() == 201 && last) {
                return size;
            }
            if (response.status() < 300) {
                return reached(response, last);
            }
            lastFailure = client.refused(Step.CONTENT, redacted(response));
            if (response.status() < 500) {
                throw lastFailure;
            }
        } catch (AttemptAbortedException e) {
            if (e.response().origin() != Origin.NETWORK) {
                throw e;
            }
            lastFailure = e;
        }
        return resume(last);
    }

    private GraphRequest request(byte[] range, int length, long from) {
        String contentRange = "bytes " + from + "-" + (from + length - 1) + "/" + size;
        Map<String, String> headers = Map.of("Content-Type", "application/octet-stream", "Content-Range", contentRange);
        return new GraphRequest("PUT", session, Step.CONTENT, headers, GraphRequest.Body.of(range, length));
    }

    /// Queries the state of the session. After the last range has arrived, Graph replies 404, because the
    /// session no longer exists.
    ///
    /// @param last whether the last range was sent
    /// @return position at which the upload continues; the size if the attachment is complete
    private long resume(boolean last) throws AttemptAbortedException {
        GraphResponse response = client.sendUnauthenticated(GraphRequest.withoutBody("GET", session, Step.CONTENT));
        if (response.status() == 404 && last && lookup.isAttached()) {
            return size;
        }
        if (response.status() != 200) {
            throw client.refused(Step.CONTENT, redacted(response));
        }
        return reached(response, last);
    }

    /// @param last whether the last range was sent
    /// @return position at which the upload continues; the size if the attachment is complete
    private long reached(GraphResponse response, boolean last) throws AttemptAbortedException {
        OptionalLong next = expected(response);
        if (next.isPresent() && next.getAsLong() >= 0 && next.getAsLong() < size) {
            return next.getAsLong();
        }
        if (last && lookup.isAttached()) {
            return size;
        }
        throw AttachmentUpload.failed("did not report the state of the upload");
    }

    /// @return start of the next expected range; empty if the response names none
    /// @throws AttemptAbortedException if the range is malformed
    private static OptionalLong expected(GraphResponse response) throws AttemptAbortedException {
        Optional<String> first = response.json(UploadSession.class)
                .flatMap(state -> state.nextExpectedRanges().stream().findFirst());
        if (first.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(first.get().split("-", 2)[0].strip()));
        } catch (NumberFormatException unreadable) {
            throw AttachmentUpload.failed("reported an invalid range for the upload");
        }
    }

    private GraphResponse redacted(GraphResponse response) {
        String key = session.getRawQuery();
        return key == null || key.isEmpty() ? response : response.redacted(key);
    }
}
