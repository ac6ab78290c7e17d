package org.o365relay.accept;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.HeaderSizeLimit;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.Intake;
import org.o365relay.queue.SpaceShortage;

/// Accepts every message, and keeps only the envelopes and the beginning of the last one. Writes nothing.
final class DiscardingQueue implements Intake {

    private @Nullable SimulatedMessage message;

    /// @return the last message that was committed
    Optional<SimulatedMessage> message() {
        return Optional.ofNullable(message);
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public Optional<SpaceShortage> shortageFor(long size) {
        return Optional.empty();
    }

    @Override
    public Incoming receive() {
        return new Discarded();
    }

    private final class Discarded implements Incoming {

        private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
        private long size;

        @Override
        public QueueId id() {
            return SimulatedMessage.ID;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public CompletableFuture<QueueId> append(byte[] chunk) {
            size += chunk.length;
            int room = HeaderSizeLimit.REWRITTEN.octets() - beginning.size();
            beginning.write(chunk, 0, Math.min(room, chunk.length));
            return CompletableFuture.completedFuture(id());
        }

        @Override
        public CompletableFuture<List<QueueId>> commit(
                Arrival arrival, List<RoutedEnvelope> parts, SearchableHeaders headers, byte[] last) {
            var _ = append(last);
            message = new SimulatedMessage(arrival, parts, beginning.toByteArray());
            return CompletableFuture.completedFuture(LongStream.range(id().value(), id().value() + parts.size())
                    .mapToObj(QueueId::new)
                    .toList());
        }

        @Override
        public Optional<String> newMessageId() {
            return Optional.empty();
        }

        @Override
        public CompletableFuture<QueueId> abandon() {
            return CompletableFuture.completedFuture(id());
        }
    }
}
