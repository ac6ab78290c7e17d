package org.o365relay.queue.jdbc;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Incoming;
import org.o365relay.time.SteadyClock;

/// A message being received. Does not keep chunks in memory once they are on disk.
final class IncomingChunks implements Incoming {

    private static final int DELETED_AT_ONCE = 4; // chunks

    private final Committer committer;
    private final Signals signals;
    private final QueueId id;
    private final Supplier<QueueId> partIds;
    private final SteadyClock clock;
    private final Instant startedAt;
    private int chunks;
    private long size;
    private @Nullable String newMessageId; // set before the commit completes

    /// @param partIds supplies the IDs of the second and later parts if the message is split
    IncomingChunks(Committer committer, Signals signals, QueueId id, Supplier<QueueId> partIds, SteadyClock clock) {
        this.committer = committer;
        this.signals = signals;
        this.id = id;
        this.partIds = partIds;
        this.clock = clock;
        this.startedAt = clock.calendar().instant();
    }

    @Override
    public QueueId id() {
        return id;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public CompletableFuture<QueueId> append(byte[] chunk) {
        int ordinal = chunks++;
        size += chunk.length;
        return committer.submit(statements -> {
            if (ordinal == 0) {
                statements.update("insert-incoming", id.value(), startedAt.toEpochMilli());
            }
            MessageTables.insertChunk(statements, id, ordinal, chunk);
            return id;
        });
    }

    @Override
    public CompletableFuture<List<QueueId>> commit(
            Arrival arrival, List<RoutedEnvelope> parts, SearchableHeaders headers, byte[] last) {
        int ordinal = chunks++;
        size += last.length;
        long total = size;
        List<QueueId> ids = ids(parts.size());
        return committer
                .submit(statements -> {
                    Instant now = clock.instant();
                    for (int i = 0; i < parts.size(); i++) {
                        newMessageId = MessageTables.insertMessage(
                                statements, ids.get(i), id, arrival, parts.get(i), headers, total, false, now);
                    }
                    MessageTables.insertChunk(statements, id, ordinal, last);
                    if (ordinal > 0) {
                        statements.update("delete-incoming", id.value());
                    }
                    return ids;
                })
                .whenComplete((_, failure) -> {
                    if (failure == null) {
                        parts.forEach(part -> signals.raise(part.route()));
                    }
                });
    }

    @Override
    public Optional<String> newMessageId() {
        return Optional.ofNullable(newMessageId);
    }

    private List<QueueId> ids(int parts) {
        return parts == 1
                ? List.of(id)
                : Stream.concat(Stream.of(id), Stream.generate(partIds).limit(parts - 1L))
                        .toList();
    }

    @Override
    public CompletableFuture<QueueId> abandon() {
        if (chunks == 0) {
            return CompletableFuture.completedFuture(id);
        }
        return deleteChunks(chunks);
    }

    /// Deletes the chunks from the last to the first, a few in each piece of work, so that other clients do not
    /// have to wait long when many large messages are abandoned at once.
    ///
    /// @param left number of chunks that are not deleted yet
    private CompletableFuture<QueueId> deleteChunks(int left) {
        int from = Math.max(0, left - DELETED_AT_ONCE);
        CompletableFuture<QueueId> piece = committer.submit(statements -> {
            statements.update("delete-chunks-from", id.value(), from);
            if (from == 0) {
                statements.update("delete-incoming", id.value());
            }
            return id;
        });
        return from == 0 ? piece : piece.thenCompose(_ -> deleteChunks(from));
    }
}
